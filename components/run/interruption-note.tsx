import { useMounted } from '@/components/ui/use-mounted.ts';
import { formatMoment } from '@/lib/format.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** For a run that was interrupted and resumed, or will be: when and why it was interrupted, and where it resumed. */
export function InterruptionNote({ run }: { run: RunDetail }) {
  const isMounted = useMounted();
  const interrupted = eventsOf(run, 'interrupted').at(-1);
  if (!interrupted || run.status === 'interrupted' || run.status === 'failed') return null;
  const resumed = eventsOf(run, 'resumed').findLast(({ at }) => at >= interrupted.at);
  // Time zones differ between server and browser.
  const moment = isMounted ? ` ${formatMoment(interrupted.at)}` : '';
  return (
    <p role="status" className="mt-3 border-line border-t pt-3 text-soft text-sm">
      <span className="text-warn">Interrupted{moment}.</span> {interrupted.message} {describeResume(run, resumed)}
    </p>
  );
}

function describeResume({ status }: RunDetail, resumed: { stage: number; epoch: number } | undefined): string {
  if (!resumed) return status === 'queued' ? 'It resumes when it is next in the queue.' : '';
  if (resumed.epoch === 0) return 'It started from scratch, since no epoch was completed.';
  return `It resumed after epoch ${resumed.epoch} of stage ${resumed.stage}.`;
}
