import { formatCount } from '@/lib/format.ts';
import type { RunDetail } from '@/lib/run.ts';
import { Card } from './card.tsx';
import { Entry } from './entry.tsx';
import { eventsOf } from './reduce-run.ts';

/** What a run's figures depend on besides its config: engine, weights, images. */
export function RunOrigin({ run }: { run: RunDetail }) {
  const started = eventsOf(run, 'started').at(-1);
  return (
    <Card title="Ran on">
      {started ? (
        <dl className="text-sm">
          <Entry name="Engine" value={`${started.engine}, ${started.device}`} />
          <Entry name="Threads" value={started.threads === null ? '–' : String(started.threads)} />
          <Entry name="Weights" value={started.weightsFile} />
          <Entry name="Kernels trained in stage 2" value={`${started.trainedKernels} of 52`} />
          <Entry name="Training images" value={formatCount(started.images.train)} />
          <Entry name="Validation images" value={formatCount(started.images.val)} />
          <Entry name="Test images" value={`${formatCount(started.images.test)}, ${started.test.name}`} />
        </dl>
      ) : (
        <p className="text-faint text-sm">Known when the trainer has started.</p>
      )}
    </Card>
  );
}
