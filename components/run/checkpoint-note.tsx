import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** Of a run that trains: that its epochs are not being kept, and why. */
export function CheckpointNote({ run }: { run: RunDetail }) {
  const problem = eventsOf(run, 'checkpoints').at(-1)?.problem;
  if (!problem || run.status !== 'running') return null;
  return (
    <p role="status" className="mt-3 border-line border-t pt-3 text-soft text-sm">
      <span className="text-warn">Not kept.</span> {problem}. Make room on that disk.
    </p>
  );
}
