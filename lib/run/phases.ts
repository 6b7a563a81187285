import { z } from 'zod';

/** The phases of a run, in order (docs/GLOSSARY.md). */
export const phaseSchema = z.enum(['prepare', 'features', 'head', 'finetune', 'evaluation', 'export']);
export type Phase = z.infer<typeof phaseSchema>;

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
