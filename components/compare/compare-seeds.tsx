import { Card } from '@/components/ui/card.tsx';
import { HorizontalScroll } from '@/components/ui/horizontal-scroll.tsx';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { formatAccuracy } from '@/lib/format.ts';
import { groupSeeds, meanAndSpread } from '@/lib/stats/group-seeds.ts';

const columns = [
  { name: 'Validation', metric: 'val_end2end' },
  { name: 'Test', metric: 'test_end2end' },
  { name: 'Test, TTA', metric: 'test_tta' },
] as const;

/** Mean and standard deviation of runs that differ only in their seed. */
export function CompareSeeds({ compared }: { compared: readonly ComparedRun[] }) {
  const groups = groupSeeds(
    compared.map((each) => ({ ...each, config: each.run.config, logFacts: each.run.logFacts, test: each.run.test })),
  ).filter((group) => group.length > 1);
  if (groups.length === 0) return null;
  return (
    <Card title="Seeds" note="mean ± standard deviation of runs that differ only in their seed">
      <HorizontalScroll label="Seeds">
        <table className="w-full min-w-120 text-sm">
          <thead className="text-faint text-xs">
            <tr>
              <th scope="col" className="py-1 text-left font-normal">
                Runs
              </th>
              {columns.map(({ name }) => (
                <th key={name} scope="col" className="py-1 pl-4 text-right font-normal">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group[0]!.run.id} className="border-line border-t">
                <th scope="row" className="py-1.5 text-left font-medium">
                  {group[0]!.run.name}{' '}
                  <span className="font-normal text-faint text-xs">
                    seeds {group.map(({ run }) => run.config.seed).join(', ')}
                  </span>
                </th>
                {columns.map(({ metric }) => (
                  <td key={metric} className="py-1.5 pl-4 text-right">
                    {describeSpread(group.flatMap(({ run }) => run.metrics?.[metric] ?? []))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </HorizontalScroll>
    </Card>
  );
}

function describeSpread(accuracies: number[]): string {
  const statistics = meanAndSpread(accuracies);
  if (!statistics) return '–';
  const spread = statistics.spread === null ? '' : ` ± ${(statistics.spread * 100).toFixed(2)}`;
  return `${formatAccuracy(statistics.mean)}${spread}`;
}
