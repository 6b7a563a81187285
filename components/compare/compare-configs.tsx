import { Card } from '@/components/ui/card.tsx';
import { HorizontalScroll } from '@/components/ui/horizontal-scroll.tsx';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { type FieldDescription, fields } from '@/lib/config/fields.ts';
import { formatAccuracy, formatDuration, formatPoints } from '@/lib/format.ts';
import { comparableSetting, describeSetting } from '@/lib/run/known-settings.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import type { ComparePartProps } from './compare-verdicts.tsx';

/** A table of the runs' results and configs, fields that differ first. */
export function CompareConfigs({ compared, state, onChange }: ComparePartProps) {
  const differs = ({ name }: FieldDescription) =>
    new Set(compared.map(({ run }) => comparableSetting(run, name))).size > 1;
  const differing = fields.filter(differs);
  const shown = state.differences ? differing : [...differing, ...fields.filter((field) => !differs(field))];
  return (
    <Card title="Results and config" note={describeDifferences(compared.length, differing.length)}>
      <HorizontalScroll label="Results and config">
        <table className="w-full text-sm">
          <thead>
            <tr className="text-left align-bottom">
              <td />
              {compared.map(({ run, name, colour }) => (
                <th
                  key={run.id}
                  scope="col"
                  className="max-w-48 truncate py-1 pl-4 text-right font-medium"
                  title={name}
                >
                  <span
                    className="mr-1.5 inline-block size-2 rounded-full"
                    style={{ background: colour }}
                    aria-hidden
                  />
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {results.map(({ name, read }) => (
              <tr key={name} className="border-line border-t">
                <RowName name={name} />
                {compared.map((each) => (
                  <Accuracy key={each.run.id} each={each} first={compared[0]!} read={read} />
                ))}
              </tr>
            ))}
            <tr className="border-line border-t">
              <RowName name="Training time" />
              {compared.map(({ run }) => (
                <td key={run.id} className="py-1 pl-4 text-right">
                  {run.timing?.total == null ? '–' : formatDuration(run.timing.total)}
                </td>
              ))}
            </tr>
            {shown.map((field) => (
              <tr key={field.name} className="border-line border-t" data-differs={differs(field)}>
                <RowName name={field.label} title={`${field.name}: ${field.help}`} />
                {compared.map(({ run }) => (
                  <td
                    key={run.id}
                    className={`max-w-48 truncate py-1 pl-4 text-right ${differs(field) ? 'font-semibold' : 'text-soft'}`}
                  >
                    {describeSetting(run, field)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </HorizontalScroll>
      <label className="mt-3 inline-flex items-center gap-2 text-soft">
        <input
          type="checkbox"
          checked={state.differences}
          onChange={(event) => onChange({ differences: event.target.checked })}
          className="size-4"
        />
        Only differences
      </label>
    </Card>
  );
}

const RowName = ({ name, title }: { name: string; title?: string }) => (
  <th scope="row" title={title} className="whitespace-nowrap py-1 text-left font-normal text-soft">
    {name}
  </th>
);

interface Result {
  name: string;
  read: (run: RunDetail) => number | null;
}

const results: Result[] = [
  { name: 'Validation', read: (run) => run.valAccuracy },
  { name: 'Test', read: ({ metrics }) => metrics?.test_end2end ?? null },
  { name: 'Test, TTA', read: ({ metrics }) => metrics?.test_tta ?? null },
];

interface AccuracyProps {
  each: ComparedRun;
  first: ComparedRun;
  read: Result['read'];
}

/** An accuracy, with its difference from the first run's if both were tested on the same images. */
function Accuracy({ each, first, read }: AccuracyProps) {
  const [value, base] = [read(each.run), read(first.run)];
  const isComparable = each !== first && each.run.test !== null && each.run.test.hash === first.run.test?.hash;
  return (
    <td className="py-1 pl-4 text-right">
      <span className="font-semibold">{formatAccuracy(value)}</span>
      {isComparable && value !== null && base !== null && (
        <span className="block text-faint text-xs">{formatPoints(value - base)}</span>
      )}
    </td>
  );
}

function describeDifferences(runs: number, differing: number): string | undefined {
  if (runs < 2) return undefined;
  if (differing === 0) return 'identical configs';
  return `${differing} ${differing === 1 ? 'field differs' : 'fields differ'}`;
}
