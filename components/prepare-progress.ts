import type { Phase, RunEventOf } from '@/lib/run-events.ts';
import type { TrainConfig } from '@/lib/train-config.ts';

export const phaseNames: Record<Phase, string> = {
  prepare: 'Reading data',
  features: 'Features',
  head: 'Head',
  finetune: 'Fine-tuning',
  evaluation: 'Evaluation',
  export: 'Export',
};

/** The phases that a run goes through, in order, as far as they take time. */
export const phasesOf = (config: Pick<TrainConfig, 'epochs_stage2'>): Phase[] =>
  config.epochs_stage2 === 0 ? ['features', 'head', 'evaluation'] : ['features', 'head', 'finetune', 'evaluation'];

/** How much of its phase is done, within 0…1; epochs count whole. Null before anything is known. */
export function runShare(progress: RunEventOf<'progress'> | null): number | null {
  if (!progress || progress.total === 0) return null;
  const within = Math.min(1, progress.done / progress.total);
  if (progress.epoch === undefined || progress.epochs === undefined) return within;
  return (progress.epoch - 1 + within) / progress.epochs;
}

/** `Fine-tuning, epoch 3 of 10`. */
export function progressText(progress: RunEventOf<'progress'>): string {
  const phase = phaseNames[progress.phase];
  return progress.epoch === undefined ? phase : `${phase}, epoch ${progress.epoch} of ${progress.epochs}`;
}
