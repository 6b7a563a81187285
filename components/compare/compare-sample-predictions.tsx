import { useMemo } from 'react';
import { EpochPredictions, epochName } from '@/components/charts/run-sample-predictions.tsx';
import { SamplePredictionsReplay } from '@/components/charts/sample-predictions-replay.tsx';
import { Card } from '@/components/ui/card.tsx';
import { prepareSamplePredictions } from '@/lib/series/sample-predictions.ts';
import type { ComparePartProps } from './compare-verdicts.tsx';

/**
 * The sample predictions of the first run and another one after the same epoch. They show what fine-tuning corrects, or
 * what too high a learning rate destroys.
 */
export function CompareSamplePredictions({ compared, state, onChange }: ComparePartProps) {
  const [first, ...others] = compared;
  const other = others.find(({ run }) => run.id === state.other) ?? others[0];
  const histories = useMemo(
    () =>
      [first, other].flatMap((each) => {
        const samples = each && prepareSamplePredictions(each.run);
        return samples && samples.epochs.length > 0 ? [{ ...each, samples }] : [];
      }),
    [first, other],
  );
  if (histories.length === 0) return null;
  const longest = histories.reduce((a, b) => (b.samples.epochs.length > a.samples.epochs.length ? b : a)).samples;
  const epochs = longest.epochs.length;
  const shown = state.epoch === 0 ? epochs : Math.min(state.epoch, epochs);
  // The same epoch may belong to stage 1 of one run and to stage 2 of the other.
  const names = new Set(histories.map(({ samples }) => epochName(samples, Math.min(shown, samples.epochs.length))));
  return (
    <Card
      title="Sample predictions"
      note="validation images, after the same epoch of both runs; a shorter run stays at its last epoch"
    >
      <div className="mb-3">
        <SamplePredictionsReplay
          epochs={epochs}
          shown={shown}
          onShow={(epoch) => onChange({ epoch: epoch === epochs ? 0 : epoch })}
          name={names.size === 1 ? epochName(longest, shown) : `epoch ${shown}`}
        />
      </div>
      <div className="grid gap-6 xl:grid-cols-2">
        {histories.map(({ run, name, colour, samples }) => (
          <section key={run.id} aria-label={`Sample predictions of ${name}`} className="min-w-0">
            <h3 className="mb-0.5 flex items-center gap-1.5 text-sm">
              <span className="size-2 rounded-full" style={{ background: colour }} aria-hidden />
              <span className="truncate font-medium">{name}</span>
            </h3>
            <EpochPredictions run={run} samples={samples} shown={Math.min(shown, samples.epochs.length)} />
          </section>
        ))}
      </div>
    </Card>
  );
}
