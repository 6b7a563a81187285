import { useMemo } from 'react';
import { nameOf, WallOf } from '@/components/charts/run-sample-predictions.tsx';
import { SamplePredictionsReplay } from '@/components/charts/sample-predictions-replay.tsx';
import { Card } from '@/components/ui/card.tsx';
import { prepareWall } from '@/lib/series/sample-predictions.ts';
import type { ComparePartProps } from './compare-verdicts.tsx';

/** The walls of the first run and another, at the same epoch: what fine-tuning repairs, or a high rate destroys. */
export function CompareSamplePredictions({ compared, state, onChange }: ComparePartProps) {
  const [first, ...others] = compared;
  const other = others.find(({ run }) => run.id === state.other) ?? others[0];
  const walls = useMemo(
    () =>
      [first, other].flatMap((each) => {
        const wall = each && prepareWall(each.run);
        return wall && wall.epochs.length > 0 ? [{ ...each, wall }] : [];
      }),
    [first, other],
  );
  if (walls.length === 0) return null;
  const longest = walls.reduce((a, b) => (b.wall.epochs.length > a.wall.epochs.length ? b : a)).wall;
  const epochs = longest.epochs.length;
  const shown = state.epoch === 0 ? epochs : Math.min(state.epoch, epochs);
  // The same epoch may be one of stage 1 here and of stage 2 there.
  const names = new Set(walls.map(({ wall }) => nameOf(wall, Math.min(shown, wall.epochs.length))));
  return (
    <Card title="The wall" note="validation images, after the same epoch of both; a shorter run stays at its last">
      <div className="mb-3">
        <SamplePredictionsReplay
          epochs={epochs}
          shown={shown}
          onShow={(epoch) => onChange({ epoch: epoch === epochs ? 0 : epoch })}
          name={names.size === 1 ? nameOf(longest, shown) : `epoch ${shown}`}
        />
      </div>
      <div className="grid gap-6 xl:grid-cols-2">
        {walls.map(({ run, name, colour, wall }) => (
          <section key={run.id} aria-label={`The wall of ${name}`} className="min-w-0">
            <h3 className="mb-0.5 flex items-center gap-1.5 text-sm">
              <span className="size-2 rounded-full" style={{ background: colour }} aria-hidden />
              <span className="truncate font-medium">{name}</span>
            </h3>
            <WallOf run={run} wall={wall} shown={Math.min(shown, wall.epochs.length)} />
          </section>
        ))}
      </div>
    </Card>
  );
}
