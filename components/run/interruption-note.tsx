import { useMounted } from '@/components/ui/use-mounted.ts';
import { formatMoment } from '@/lib/format.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** Of a run that was interrupted and goes on, or went on: when and why that was, and from where it went on. */
export function InterruptionNote({ run }: { run: RunDetail }) {
  const isMounted = useMounted();
  const interrupted = eventsOf(run, 'interrupted').at(-1);
  if (!interrupted || run.status === 'interrupted' || run.status === 'failed') return null;
  const resumed = eventsOf(run, 'resumed').findLast(({ at }) => at >= interrupted.at);
  // Time zones differ between server and browser.
  const moment = isMounted ? ` ${formatMoment(interrupted.at)}` : '';
  return (
    <p role="status" className="mt-3 border-line border-t pt-3 text-soft text-sm">
      <span className="text-warn">Interrupted{moment}.</span> {interrupted.message} {goesOn(run, resumed)}
    </p>
  );
}

function goesOn({ status }: RunDetail, resumed: { stage: number; epoch: number } | undefined): string {
  if (!resumed) return status === 'queued' ? 'It goes on when its turn comes.' : '';
  if (resumed.epoch === 0) return 'It began anew, as no epoch was whole.';
  return `It went on after epoch ${resumed.epoch} of stage ${resumed.stage}.`;
}
