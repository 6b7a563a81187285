import { Card } from '@/components/ui/card.tsx';
import { Entry } from '@/components/ui/entry.tsx';
import { describeValue } from '@/lib/config/describe-value.ts';
import { type FieldDescription, fields } from '@/lib/config/fields.ts';
import { runLabelsSchema } from '@/lib/config/run-labels.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunDetail } from '@/lib/run/run.ts';

const defaults = trainConfigSchema.parse({});

/** Name, notes and tags do not affect training; the header shows and edits them. */
const settings = fields.filter(({ name }) => !Object.hasOwn(runLabelsSchema.shape, name));

/** A run's config, values that differ from the defaults first. */
export function RunConfig({ run }: { run: RunDetail }) {
  const isDefault = ({ name }: FieldDescription) => JSON.stringify(run.config[name]) === JSON.stringify(defaults[name]);
  const changed = settings.filter((field) => !isDefault(field));
  return (
    <Card title="Config" note={changed.length === 0 ? 'all defaults' : `${changed.length} differ from the defaults`}>
      <dl className="grid gap-x-6 text-sm sm:grid-cols-2 xl:grid-cols-3">
        {[...changed, ...settings.filter(isDefault)].map((field) => (
          <Entry
            key={field.name}
            name={field.label}
            title={`${field.name}: ${field.help}`}
            value={describeValue(field, run.config[field.name])}
            isStrong={!isDefault(field)}
          />
        ))}
      </dl>
    </Card>
  );
}
