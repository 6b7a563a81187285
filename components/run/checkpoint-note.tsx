import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** For a running run: a warning that checkpoints cannot be written, and why. */
export function CheckpointNote({ run }: { run: RunDetail }) {
  const problem = eventsOf(run, 'checkpoints').at(-1)?.problem;
  if (!problem || run.status !== 'running') return null;
  return (
    <p role="status" className="mt-3 border-line border-t pt-3 text-soft text-sm">
      <span className="text-warn">No checkpoints are being saved.</span> {problem}. Free up space on that disk.
    </p>
  );
}
