import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { Card } from '@/components/ui/card.tsx';
import { Segments } from '@/components/ui/segments.tsx';
import type { CompareState } from '@/lib/compare/compare-state.ts';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { formatCount } from '@/lib/format.ts';
import type { Verdict } from '@/lib/stats/verdict.ts';

export interface ComparePartProps {
  compared: readonly ComparedRun[];
  state: CompareState;
  onChange: (change: Partial<CompareState>) => void;
}

/** One sentence per run on how it compares with the first, and the counts behind it. */
export function CompareVerdicts({ compared, state, onChange }: ComparePartProps) {
  const trpc = useTRPC();
  const [first, ...others] = compared;
  const { data, error } = useQuery(
    trpc.compare.verdicts.queryOptions({ ids: compared.map(({ run }) => run.id) }, { enabled: others.length > 0 }),
  );
  if (others.length === 0) return null;
  return (
    <Card title="Verdict" note={state.test === 'tta' ? 'test images, with test-time augmentation' : 'test images'}>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <ul className="grid min-w-0 gap-3">
          {others.map(({ run, name }) => {
            const verdict = data?.find(({ id }) => id === run.id);
            return (
              <li key={run.id}>
                {verdict ? (
                  <VerdictSentence verdict={verdict[state.test]} a={name} b={first!.name} />
                ) : (
                  <p className={error ? 'text-bad' : 'text-faint'}>{error?.message ?? 'Comparing …'}</p>
                )}
              </li>
            );
          })}
        </ul>
        <Segments
          label="Test variant"
          value={state.test}
          onChange={(test) => onChange({ test })}
          choices={{ plain: 'Plain', tta: 'TTA' }}
        />
      </div>
      <p className="mt-3 max-w-prose border-line border-t pt-2 text-faint text-xs">
        The verdict applies to these trained networks on these test images. Another seed trains a different network: to
        judge a setting, compare several seeds of each.
      </p>
    </Card>
  );
}

function VerdictSentence({ verdict, a, b }: { verdict: Verdict; a: string; b: string }) {
  return (
    <>
      <p
        className={verdict.kind === 'none' ? 'max-w-4xl text-soft' : 'max-w-4xl font-semibold text-[15px]'}
        data-verdict={verdict.kind}
      >
        {verdict.sentence}
      </p>
      {verdict.kind === 'paired' && (
        <p className="mt-0.5 text-soft text-xs">
          Of {formatCount(verdict.images)} images, {formatCount(verdict.counts.both)} were classified correctly by both
          runs, {formatCount(verdict.counts.onlyA)} only by {a}, {formatCount(verdict.counts.onlyB)} only by {b}, and{' '}
          {formatCount(verdict.counts.neither)} by neither. McNemar’s test (
          {verdict.test.method === 'exact' ? 'exact' : 'chi-square with continuity correction'}): p{' '}
          {formatProbability(verdict.test.p)}.
        </p>
      )}
    </>
  );
}

function formatProbability(p: number): string {
  if (p < 1e-4) return '< 0.0001';
  return `= ${p < 0.01 ? p.toFixed(4) : p.toFixed(2)}`;
}
