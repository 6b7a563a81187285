import type { TrainConfig } from '@/lib/config/train-config.ts';

/** Plain data without zod, so that the page of runs can use it without loading the schema. */

/** The phases of a run, in order (docs/GLOSSARY.md). */
export const phases = ['prepare', 'features', 'head', 'finetune', 'evaluation', 'export'] as const;
export type Phase = (typeof phases)[number];

export const phaseLabels: Record<Phase, string> = {
  prepare: 'Reading data',
  features: 'Features',
  head: 'Head training',
  finetune: 'Fine-tuning',
  evaluation: 'Evaluation',
  export: 'Export',
};

/** The phase in which a stage trains. */
export const phaseOfStage = (stage: 1 | 2) => (stage === 1 ? 'head' : 'finetune');

/** A phase that processes images. */
export type WorkPhase = Exclude<Phase, 'prepare' | 'export'>;

/** The phases that process images, in order. */
export const workPhases = phases.filter((phase): phase is WorkPhase => phase !== 'prepare' && phase !== 'export');

/** The work phases of a run with this config, in order. */
export const workPhasesOf = ({ epochs_stage2 }: Pick<TrainConfig, 'epochs_stage2'>): WorkPhase[] =>
  workPhases.filter((phase) => phase !== 'finetune' || epochs_stage2 > 0);
