import { type FieldNeed, fieldFacts, fieldNames, type TrainConfigField } from './field-table.ts';
import { decayingOptimizers, optimizers } from './optimizers.ts';
import type { TrainConfigInput } from './train-config.ts';

interface Need {
  isMissing: (config: TrainConfigInput) => boolean;
  reason: string;
}

/** Any need not listed here is a switch that must be on. */
const needs: Partial<Record<FieldNeed, Need>> = {
  stage2: { isMissing: (config) => config.epochs_stage2 === 0, reason: 'Not used: stage 2 has no epochs.' },
  'weight-decay': {
    isMissing: ({ optimizer }) => optimizer !== undefined && optimizers[optimizer]?.decaysWeights === false,
    reason: `Not used: only ${decayingOptimizers} applies weight decay.`,
  },
};

const needNamed = (need: FieldNeed): Need => needs[need] ?? switchNeed(need as TrainConfigField);

const switchNeed = (name: TrainConfigField): Need => ({
  isMissing: (config) => config[name] === false,
  reason: `Not used: ${fieldFacts(name).label.toLowerCase()} is off.`,
});

/**
 * The fields that have no effect given the other values, with the reason. Their values are kept and still submitted.
 *
 * @param config the values read from the form; an invalid value makes no other field unused
 */
export function unusedFields(config: TrainConfigInput): Partial<Record<TrainConfigField, string>> {
  const reasons: Partial<Record<TrainConfigField, string>> = {};
  for (const name of fieldNames) {
    const missing = fieldFacts(name)
      .needs?.map(needNamed)
      .find(({ isMissing }) => isMissing(config));
    if (missing) reasons[name] = missing.reason;
  }
  return reasons;
}
