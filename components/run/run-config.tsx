import { Card } from '@/components/ui/card.tsx';
import { Entry } from '@/components/ui/entry.tsx';
import { type FieldDescription, fields } from '@/lib/config/fields.ts';
import { runLabelsSchema } from '@/lib/config/run-labels.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { describeSetting, isKnown } from '@/lib/run/known-settings.ts';
import type { RunDetail } from '@/lib/run/run.ts';

const defaults = trainConfigSchema.parse({});

/** Name, notes and tags do not affect training; the header shows and edits them. */
const settings = fields.filter(({ name }) => !Object.hasOwn(runLabelsSchema.shape, name));

/** A run's config: values that differ from the defaults first, those that its log does not contain last. */
export function RunConfig({ run }: { run: RunDetail }) {
  const isMissing = ({ name }: FieldDescription) => !isKnown(run, name) && run.logFacts?.unusable[name] === undefined;
  const known = settings.filter((field) => !isMissing(field));
  const isDefault = ({ name }: FieldDescription) =>
    isKnown(run, name) && JSON.stringify(run.config[name]) === JSON.stringify(defaults[name]);
  const changed = known.filter((field) => !isDefault(field));
  const missing = settings.filter(isMissing);
  const other = Object.entries(run.logFacts?.other ?? {});
  return (
    <Card title="Config" note={describeCounts(changed.length, missing.length)}>
      <dl className="grid gap-x-6 text-sm sm:grid-cols-2 xl:grid-cols-3">
        {[...changed, ...known.filter(isDefault), ...missing].map((field) => (
          <Entry
            key={field.name}
            name={field.label}
            title={`${field.name}: ${field.help}`}
            value={describeSetting(run, field)}
            isStrong={changed.includes(field)}
          />
        ))}
      </dl>
      {run.logFacts && run.logFacts.notes.length > 0 && (
        <>
          <h3 className="mt-3 border-line border-t pt-2 text-faint text-xs">Notes on the import</h3>
          <ul className="list-disc pl-5 text-sm text-warn [overflow-wrap:anywhere]">
            {run.logFacts.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      {other.length > 0 && (
        <>
          <h3 className="mt-3 border-line border-t pt-2 text-faint text-xs">Further settings in the log</h3>
          <dl className="grid gap-x-6 text-sm sm:grid-cols-2 xl:grid-cols-3">
            {other.map(([name, value]) => (
              <Entry key={name} name={name} value={value} />
            ))}
          </dl>
        </>
      )}
    </Card>
  );
}

function describeCounts(changed: number, missing: number): string {
  const differing = changed === 0 ? 'all defaults' : `${changed} differ from the defaults`;
  if (missing === 0) return differing;
  return changed === 0 ? `${missing} not in log` : `${differing}, ${missing} not in log`;
}
