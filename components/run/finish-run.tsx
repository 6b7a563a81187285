'use client';

import { useMutation } from '@tanstack/react-query';
import { ClipboardCheck, Flag, SkipForward } from 'lucide-react';
import { useTRPC } from '@/components/live/trpc.ts';
import { ConfirmButton } from '@/components/ui/confirm-button.tsx';
import type { FinishScope } from '@/lib/run/events.ts';
import { eventsOf, isFinishing } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { ErrorMessage } from './error-message.tsx';
import { useInvalidateRuns } from './use-invalidate-runs.ts';

/**
 * The buttons that end training before its last epoch: *Skip to stage 2* and *Finish now* while a run trains, and
 * *Evaluate* for a run that ended without results.
 */
export function FinishRun({ run }: { run: RunDetail }) {
  if (run.status === 'running') return <EndTraining run={run} />;
  const hasEnded = run.status === 'canceled' || run.status === 'interrupted' || run.status === 'failed';
  return hasEnded && run.hasCheckpoint ? <Evaluate run={run} /> : null;
}

function EndTraining({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const finish = useMutation(trpc.runs.finish.mutationOptions(useInvalidateRuns()));
  const stage = stageOf(run);
  const isRequested = (scope: FinishScope) =>
    (finish.isPending && finish.variables.scope === scope) || wasRequested(run, scope);
  const isEnding = isRequested('training');
  const isSkipping = !isEnding && isRequested('stage1');
  return (
    <>
      <ErrorMessage message={finish.error?.message} />
      {/* Disabled rather than hidden, so that the header does not shift while the run trains. */}
      {run.config.epochs_stage2 > 0 && (
        <ConfirmButton
          label={
            <>
              <SkipForward size={14} aria-hidden />
              {isSkipping && stage === 1 ? 'Skipping …' : 'Skip to stage 2'}
            </>
          }
          question="End stage 1 now?"
          consequence="The current epoch is discarded. Stage 2 starts from the best epoch so far."
          confirm="Skip to stage 2"
          dismiss="Keep training"
          onConfirm={() => finish.mutate({ id: run.id, scope: 'stage1' })}
          pending={stage !== 1 || isSkipping || isEnding}
        />
      )}
      <ConfirmButton
        label={
          <>
            <Flag size={14} aria-hidden />
            {isEnding ? 'Finishing …' : 'Finish now'}
          </>
        }
        question={`Finish “${run.name}” now?`}
        consequence={
          'Training ends and the current epoch is discarded. The best epoch so far is evaluated and exported, and the run ' +
          'is marked “finished early”. You can train it further later.'
        }
        confirm="Finish now"
        dismiss="Keep training"
        onConfirm={() => finish.mutate({ id: run.id, scope: 'training' })}
        pending={stage === null || isEnding}
      />
    </>
  );
}

function Evaluate({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const evaluate = useMutation(trpc.runs.evaluate.mutationOptions(useInvalidateRuns()));
  return (
    <>
      <ErrorMessage message={evaluate.error?.message} />
      <button
        type="button"
        className="button"
        title="Evaluates and exports the best epoch so far, without further training"
        disabled={evaluate.isPending}
        onClick={() => evaluate.mutate({ id: run.id })}
      >
        <ClipboardCheck size={14} aria-hidden />
        {evaluate.isPending ? 'Starting …' : 'Evaluate'}
      </button>
    </>
  );
}

/** The stage that the current attempt trains; null outside of training, and before the first complete epoch. */
function stageOf(run: RunDetail): 1 | 2 | null {
  if (run.valAccuracy === null) return null;
  const phase = run.progress?.phase ?? eventsOf(run, 'phase').at(-1)?.phase;
  if (phase === 'head') return 1;
  return phase === 'finetune' ? 2 : null;
}

function wasRequested(run: RunDetail, scope: FinishScope): boolean {
  const events = run.events.map(({ event }) => event);
  if (scope === 'training') return isFinishing(events);
  const attempt = events.slice(events.findLastIndex(({ type }) => type === 'started') + 1);
  return attempt.some((event) => event.type === 'finish-requested' && event.scope === scope);
}
