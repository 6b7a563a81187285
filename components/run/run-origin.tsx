import { Card } from '@/components/ui/card.tsx';
import { EngineList } from '@/components/ui/engine-list.tsx';
import { Entry } from '@/components/ui/entry.tsx';
import { formatBytes, formatCount } from '@/lib/format.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** What a run's results depend on besides its config: engine, weights and images; and its CPU and memory usage. */
export function RunOrigin({ run }: { run: RunDetail }) {
  const started = eventsOf(run, 'started').at(-1);
  const isRunning = run.status === 'running';
  const usage = run.progress?.usage;
  return (
    <Card title="Environment">
      {started ? (
        <dl className="text-sm">
          <Entry name="Engine" value={`${started.engine}, ${started.device}`} />
          <Entry name="Threads" value={started.threads === null ? '–' : String(started.threads)} />
          <Entry name="Weights" value={started.weightsFile} />
          <Entry name="Conv layers trained in stage 2" value={`${started.trainedKernels} of 52`} />
          <Entry name="Training images" value={formatCount(started.images.train)} />
          <Entry name="Validation images" value={formatCount(started.images.val)} />
          <Entry name="Test images" value={`${formatCount(started.images.test)}, ${started.test.name}`} />
          {isRunning && <Entry name="CPU usage" value={usage ? `${usage.cores.toFixed(1)} cores` : '–'} />}
          {isRunning && <Entry name="Memory usage" value={usage ? formatBytes(usage.memory) : '–'} />}
          {run.peakMemory !== null && <Entry name="Peak memory" value={formatBytes(run.peakMemory)} />}
        </dl>
      ) : (
        <p className="text-faint text-sm">
          {run.status === 'imported' ? 'Not recorded in the log.' : 'Available once the trainer has started.'}
        </p>
      )}
      {started?.engines && Object.keys(started.engines).length > 0 && (
        <div className="mt-3 border-line border-t pt-3">
          <EngineList verdicts={started.engines} selected={started.engine} />
        </div>
      )}
    </Card>
  );
}
