import { formatCount, formatRate } from '@/lib/format.ts';
import type { RunDetail } from '@/lib/run.ts';
import { trainConfigSchema } from '@/lib/train-config.ts';
import { Card } from './card.tsx';
import { type FieldDescription, fields } from './describe-field.ts';
import { eventsOf } from './reduce-run.ts';

const defaults = trainConfigSchema.parse({});

/** What a run was asked to do, what differs from the defaults first, and what it ran on. */
export function RunConfig({ run }: { run: RunDetail }) {
  const isDefault = ({ name }: FieldDescription) => JSON.stringify(run.config[name]) === JSON.stringify(defaults[name]);
  const changed = fields.filter((field) => !isDefault(field));
  const started = eventsOf(run, 'started').at(-1);
  return (
    <Card title="Config" note={changed.length === 0 ? 'all defaults' : `${changed.length} differ from the defaults`}>
      <dl className="grid gap-x-6 text-sm sm:grid-cols-2 xl:grid-cols-3">
        {[...changed, ...fields.filter(isDefault)].map((field) => (
          <Entry
            key={field.name}
            name={field.label}
            title={`${field.name}: ${field.help}`}
            value={valueInWords(field, run.config[field.name])}
            isStrong={!isDefault(field)}
          />
        ))}
      </dl>
      <h3 className="mt-4 mb-1 font-semibold text-sm">Ran on</h3>
      {started ? (
        <dl className="grid gap-x-6 text-sm sm:grid-cols-2 xl:grid-cols-3">
          <Entry name="Engine" value={`${started.engine}, ${started.device}`} />
          <Entry name="Threads" value={started.threads === null ? '–' : String(started.threads)} />
          <Entry name="Weights" value={started.weightsFile} />
          <Entry name="Tested on" value={started.test.name} title={started.test.hash} />
          <Entry
            name="Images: train, validation, test"
            value={Object.values(started.images).map(formatCount).join(' · ')}
          />
          <Entry name="Kernels trained in stage 2" value={`${started.trainedKernels} of 52`} />
        </dl>
      ) : (
        <p className="text-faint text-sm">Known when the trainer has started.</p>
      )}
    </Card>
  );
}

interface EntryProps {
  name: string;
  value: string;
  title?: string;
  isStrong?: boolean;
}

function Entry({ name, value, title, isStrong = false }: EntryProps) {
  return (
    <div className="flex min-w-0 items-baseline justify-between gap-3 border-line border-b py-1" title={title}>
      <dt className="shrink-0 text-soft">{name}</dt>
      <dd className={`min-w-0 truncate ${isStrong ? 'font-semibold' : ''}`} title={value}>
        {value}
      </dd>
    </div>
  );
}

function valueInWords({ kind, unit }: FieldDescription, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(', ') || '–';
  if (typeof value !== 'number') return String(value) || '–';
  const text = kind === 'real' ? formatRate(value) : String(value);
  return unit ? `${text}\u00a0${unit}` : text;
}
