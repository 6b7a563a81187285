import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type EndEvent, isEndEvent, type Phase, type RunEvent, type RunEventOf } from './events.ts';
import { eventsOf } from './reduce-run.ts';
import { type RunDetail, secondsBetween } from './run.ts';
import { isFinal } from './status.ts';

export const phaseNames: Record<Phase, string> = {
  prepare: 'Reading data',
  features: 'Features',
  head: 'Head',
  finetune: 'Fine-tuning',
  evaluation: 'Evaluation',
  export: 'Export',
};

/** The phases that a run goes through, in order, as far as they take time. */
const phasesOf = (config: Pick<TrainConfig, 'epochs_stage2'>): Phase[] =>
  config.epochs_stage2 === 0 ? ['features', 'head', 'evaluation'] : ['features', 'head', 'finetune', 'evaluation'];

export interface PhaseStep {
  phase: Phase;
  state: 'waiting' | 'running' | 'done' | 'stopped';
  /** How much of it is done, within 0…1: of all its epochs, or of `part` while that comes before them. */
  share: number;
  /** `frozen` while the frozen layers are computed that the epochs train on. */
  part?: 'frozen' | undefined;
  /** How long it took; null until it is over. */
  seconds: number | null;
}

/** A run's phases with how far each is: from its events, so that it is the same live and read again later. */
export function preparePhases(run: Pick<RunDetail, 'config' | 'events' | 'progress' | 'status'>): PhaseStep[] {
  // A phase lasts until the next one, or until the attempt that was in it ended.
  const bounds = run.events.map(({ event }) => event).filter(isBound);
  return phasesOf(run.config).map((phase) => {
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
  const last = eventsOf(run, 'epoch').findLast(({ stage }) => phase === (stage === 1 ? 'head' : 'finetune'));
  return last ? last.epoch / last.epochs : 0;
}

const isBound = (event: RunEvent): event is RunEventOf<'phase'> | EndEvent =>
  event.type === 'phase' || isEndEvent(event);

/** How much of its phase, or of the part of it, is done, within 0…1; epochs count whole. Null before anything is known. */
export function phaseShare(progress: RunEventOf<'progress'> | null): number | null {
  if (!progress || progress.total === 0) return null;
  const within = Math.min(1, progress.done / progress.total);
  if (progress.epoch === undefined || progress.epochs === undefined) return within;
  return (progress.epoch - 1 + within) / progress.epochs;
}

/** How much of the whole run's time has passed if every epoch runs, within 0…1. Null before anything is known. */
export function runShare({ startedAt, progress }: Pick<RunDetail, 'startedAt' | 'progress'>): number | null {
  if (startedAt === null || !progress || progress.secondsLeft === null) return null;
  const passed = secondsBetween(startedAt, progress.at);
  return passed / Math.max(1, passed + progress.secondsLeft);
}

/** What a running run does now: `Fine-tuning, epoch 3 of 10`; `Fine-tuning, the frozen layers first`. */
export function activityOf(run: Pick<RunDetail, 'events' | 'progress'>): string {
  const phase = eventsOf(run, 'phase').at(-1)?.phase ?? run.progress?.phase ?? 'prepare';
  const { epoch, epochs, part } = run.progress?.phase === phase ? run.progress : {};
  if (part === 'frozen') return `${phaseNames[phase]}, the frozen layers first`;
  return epoch === undefined ? phaseNames[phase] : `${phaseNames[phase]}, epoch ${epoch} of ${epochs}`;
}

/** A waiting run's place: `next in line`, `place 3 in line`. Null while it is not known. */
export function placeInLine({ queuePosition }: Pick<RunDetail, 'queuePosition'>): string | null {
  if (queuePosition === null) return null;
  return queuePosition === 1 ? 'next in line' : `place ${queuePosition} in line`;
}
