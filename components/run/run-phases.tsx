import { Check, Circle, CircleDashed, OctagonX } from 'lucide-react';
import { formatDuration, formatShare } from '@/lib/format.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { type PhaseStep, preparePhases, runShare } from '@/lib/run/progress.ts';
import type { RunDetail } from '@/lib/run/run.ts';

const icons = { waiting: CircleDashed, running: Circle, done: Check, stopped: OctagonX };

/** A run's progress, phase by phase. Its height never changes, so that the layout does not shift. */
export function RunPhases({ run }: { run: RunDetail }) {
  return (
    <>
      <OverallProgress run={run} />
      <ol className="grid grid-cols-2 gap-x-4 gap-y-3 sm:flex">
        {preparePhases(run).map((step) => (
          <Step key={step.phase} step={step} isCached={step.phase === 'features' && run.timing?.features_cached} />
        ))}
      </ol>
    </>
  );
}

/** One bar for the entire run, by time. */
function OverallProgress({ run }: { run: RunDetail }) {
  const share = run.status === 'completed' ? 1 : run.status === 'running' ? (runShare(run) ?? 0) : 0;
  return (
    <div
      role="progressbar"
      aria-label="Overall progress"
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      className="mb-3 h-1.5 overflow-hidden rounded-full bg-raised"
    >
      <div
        className={`h-full rounded-full ${share === 1 ? 'bg-good' : 'bg-accent'}`}
        style={{ width: `${share * 100}%` }}
      />
    </div>
  );
}

function Step({ step, isCached }: { step: PhaseStep; isCached?: boolean }) {
  const { phase, state, share, part, seconds } = step;
  const Icon = icons[state];
  const colour = { waiting: 'text-faint', running: 'text-accent', done: 'text-good', stopped: 'text-bad' }[state];
  return (
    <li className={`min-w-0 ${phase === 'finetune' ? 'sm:grow-[2]' : 'sm:grow'} sm:basis-0`}>
      <div className="flex items-baseline justify-between gap-2 whitespace-nowrap text-xs">
        <span className={`inline-flex items-center gap-1.5 ${state === 'waiting' ? 'text-faint' : 'text-soft'}`}>
          <Icon size={12} strokeWidth={2.5} className={colour} aria-hidden />
          {phaseLabels[phase]}
        </span>
        <span className="truncate text-faint" title={seconds === null ? undefined : `${seconds.toFixed(1)} s`}>
          {seconds !== null && (isCached ? 'cached' : formatDuration(seconds))}
          {seconds === null &&
            state === 'running' &&
            (part ? `frozen layers ${formatShare(share)}` : formatShare(share))}
          {state === 'stopped' && 'stopped'}
        </span>
      </div>
      <div
        role="progressbar"
        aria-label={part ? `${phaseLabels[phase]}, frozen layers` : phaseLabels[phase]}
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
        className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-raised"
      >
        <div
          className={`h-full rounded-full ${state === 'done' ? 'bg-good' : state === 'stopped' ? 'bg-bad' : 'bg-accent'} ${part ? 'opacity-50' : ''}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </li>
  );
}
