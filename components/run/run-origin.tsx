import { Card } from '@/components/ui/card.tsx';
import { EngineList } from '@/components/ui/engine-list.tsx';
import { Entry } from '@/components/ui/entry.tsx';
import { formatBytes, formatCount } from '@/lib/format.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** What a run's figures depend on besides its config: engine, weights, images; and what it takes of the machine. */
export function RunOrigin({ run }: { run: RunDetail }) {
  const started = eventsOf(run, 'started').at(-1);
  const isRunning = run.status === 'running';
  const usage = run.progress?.usage;
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
          {isRunning && <Entry name="Processor now" value={usage ? `${usage.cores.toFixed(1)} cores` : '–'} />}
          {isRunning && <Entry name="Memory now" value={usage ? formatBytes(usage.memory) : '–'} />}
          {run.peakMemory !== null && <Entry name="Memory at most" value={formatBytes(run.peakMemory)} />}
        </dl>
      ) : (
        <p className="text-faint text-sm">
          {run.status === 'imported' ? 'The log does not say.' : 'Known when the trainer has started.'}
        </p>
      )}
      {started?.engines && Object.keys(started.engines).length > 0 && (
        <div className="mt-3 border-line border-t pt-3">
          <EngineList verdicts={started.engines} taken={started.engine} />
        </div>
      )}
    </Card>
  );
}
