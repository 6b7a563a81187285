/** The optimizers a run can use; `server/training/optimizer` implements them. */
export const optimizers = {
  adamw: { decaysWeights: true },
  adam: { decaysWeights: false },
  sgd: { decaysWeights: false },
} as const satisfies Record<string, { decaysWeights: boolean }>;

export type OptimizerName = keyof typeof optimizers;

export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];

/** The names of the optimizers that use `weight_decay`, joined for a sentence. */
export const decayingOptimizers = optimizerNames.filter((name) => optimizers[name].decaysWeights).join(' and ');
