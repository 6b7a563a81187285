import { type EndEvent, isEndEvent } from './end-event.ts';
import type { RunEvent, RunEventOf } from './events.ts';
import { type Phase, phaseLabels, phaseOfStage, workPhasesOf } from './phases.ts';
import { eventsOf } from './reduce-run.ts';
import { type RunDetail, secondsBetween } from './run.ts';
import { isFinal } from './status.ts';

export interface PhaseStep {
  phase: Phase;
  state: 'waiting' | 'running' | 'done' | 'stopped';
  /** Completed share, within 0…1: of all epochs, or of `part` while that is being computed before them. */
  share: number;
  /** `frozen` while the outputs of the frozen layers are computed, which the epochs train on. */
  part?: 'frozen' | undefined;
  /** Duration; null until the phase is done. */
  seconds: number | null;
}

/** A run's phases with their progress. Derived from its events, so that it is the same live and after a reload. */
export function preparePhases(run: Pick<RunDetail, 'config' | 'events' | 'progress' | 'status'>): PhaseStep[] {
  // A phase lasts until the next phase, or until the end of its attempt.
  const bounds = run.events.map(({ event }) => event).filter(isBound);
  return workPhasesOf(run.config).map((phase) => {
    const index = bounds.findLastIndex((event) => event.type === 'phase' && event.phase === phase);
    const event = bounds[index];
    const next = bounds[index + 1];
    if (!event || (next && next.type !== 'phase' && !isFinal(run.status))) {
      return { phase, state: 'waiting', share: 0, seconds: null };
    }
    const isDone = next?.type === 'phase' || (next?.type === 'completed' && phase === 'evaluation');
    if (next && isDone) return { phase, state: 'done', share: 1, seconds: secondsBetween(event.at, next.at) };
    const progress = run.progress?.phase === phase ? run.progress : null;
    const share = progress ? (phaseShare(progress) ?? 0) : epochsShare(run, phase);
    return { phase, state: isFinal(run.status) ? 'stopped' : 'running', share, part: progress?.part, seconds: null };
  });
}

/** The share of its epochs that a training phase has finished: all that is known once a run has stopped. Within 0…1. */
function epochsShare(run: Pick<RunDetail, 'events'>, phase: Phase): number {
  const last = eventsOf(run, 'epoch').findLast(({ stage }) => phase === phaseOfStage(stage));
  return last ? last.epoch / last.epochs : 0;
}

const isBound = (event: RunEvent): event is RunEventOf<'phase'> | EndEvent =>
  event.type === 'phase' || isEndEvent(event);

/** Completed share of the current phase, or of its `part`, within 0…1, over all epochs. Null before the first progress. */
export function phaseShare(progress: RunEventOf<'progress'> | null): number | null {
  if (!progress || progress.total === 0) return null;
  const within = Math.min(1, progress.done / progress.total);
  if (progress.epoch === undefined || progress.epochs === undefined) return within;
  return (progress.epoch - 1 + within) / progress.epochs;
}

/** Elapsed share of the run's total time if no stage stops early, within 0…1. Null before the first estimate. */
export function runShare({ startedAt, progress }: Pick<RunDetail, 'startedAt' | 'progress'>): number | null {
  if (startedAt === null || !progress || progress.secondsLeft === null) return null;
  const elapsed = secondsBetween(startedAt, progress.at);
  return elapsed / Math.max(1, elapsed + progress.secondsLeft);
}

/** The current activity of a run: `Fine-tuning, epoch 3 of 10`; `Fine-tuning, computing frozen layers first`. */
export function describeActivity(run: Pick<RunDetail, 'events' | 'progress'>): string {
  const phase = eventsOf(run, 'phase').at(-1)?.phase ?? run.progress?.phase ?? 'prepare';
  const { epoch, epochs, part } = run.progress?.phase === phase ? run.progress : {};
  if (part === 'frozen') return `${phaseLabels[phase]}, computing frozen layers first`;
  return epoch === undefined ? phaseLabels[phase] : `${phaseLabels[phase]}, epoch ${epoch} of ${epochs}`;
}

/** The queue position of a waiting run: `next in the queue`, `position 3 in the queue`. Null if unknown. */
export function describeQueuePosition({ queuePosition }: Pick<RunDetail, 'queuePosition'>): string | null {
  if (queuePosition === null) return null;
  return queuePosition === 1 ? 'next in the queue' : `position ${queuePosition} in the queue`;
}
