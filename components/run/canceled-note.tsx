import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';

/** For a canceled run: which epoch's model was exported, or why there is none. */
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
  if (run.exportPending) return 'Exporting the model of the last completed epoch …';
  if (run.error) return `The model could not be exported. ${run.error}`;
  if (run.startedAt !== null && run.valAccuracy === null) {
    return 'No model: the run was canceled before it completed an epoch.';
  }
  const ready = eventsOf(run, 'files-ready').at(-1);
  return ready ? `Model from stage ${ready.stage}, epoch ${ready.epoch}, the last completed epoch.` : null;
}
