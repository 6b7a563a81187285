import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** Of a canceled run: whose weights its files hold, or why there are none. */
export function CanceledNote({ run }: { run: RunDetail }) {
  const text = textOf(run);
  return (
    <div role="status">
      {text && (
        <p className={`mb-2 border-line border-b pb-2 text-sm ${run.error ? 'text-bad' : 'text-soft'}`}>{text}</p>
      )}
    </div>
  );
}

function textOf(run: RunDetail): string | null {
  if (run.status !== 'canceled') return null;
  if (run.exportPending) return 'The model of the last whole epoch is being prepared …';
  if (run.error) return `The model could not be prepared. ${run.error}`;
  if (run.startedAt !== null && run.valAccuracy === null) {
    return 'Canceled before its first whole epoch, so there is no model.';
  }
  const ready = eventsOf(run, 'files-ready').at(-1);
  return ready ? `The model is that of stage ${ready.stage}, epoch ${ready.epoch}, the last whole one.` : null;
}
