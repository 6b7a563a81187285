import { type FieldNeed, fieldFacts, fieldNames, type TrainConfigField } from './field-table.ts';
import { decayingOptimizers, optimizers } from './optimizers.ts';
import type { TrainConfigInput } from './train-config.ts';

interface Need {
  isMissing: (config: TrainConfigInput) => boolean;
  reason: string;
}

const needs: Record<FieldNeed, Need> = {
  stage2: { isMissing: (config) => config.epochs_stage2 === 0, reason: 'Not used: stage 2 has no epochs.' },
  augment: { isMissing: (config) => config.augment === false, reason: 'Not used: augment is off.' },
  mixup: { isMissing: (config) => config.use_mixup === false, reason: 'Not used: mixup is off.' },
  'weight-decay': {
    isMissing: ({ optimizer }) => optimizer !== undefined && optimizers[optimizer]?.decaysWeights === false,
    reason: `Not used: only ${decayingOptimizers} decays weights.`,
  },
};

/**
 * Which fields have no effect beside the others, and why, in words. They keep their values, which are sent all the same.
 *
 * @param config what was read from the form; a value that cannot be used rules nothing out
 */
export function unusedFields(config: TrainConfigInput): Partial<Record<TrainConfigField, string>> {
  const reasons: Partial<Record<TrainConfigField, string>> = {};
  for (const name of fieldNames) {
    const missing = fieldFacts(name).needs?.find((need) => needs[need].isMissing(config));
    if (missing) reasons[name] = needs[missing].reason;
  }
  return reasons;
}
