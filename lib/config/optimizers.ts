/** The optimizers that a run can choose; `server/training/optimizer` implements each. */
export const optimizers = {
  adamw: { decaysWeights: true },
  adam: { decaysWeights: false },
  sgd: { decaysWeights: false },
} as const satisfies Record<string, { decaysWeights: boolean }>;

export type OptimizerName = keyof typeof optimizers;

export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];

/** Those that use `weight_decay`, as words. */
export const decayingOptimizers = optimizerNames.filter((name) => optimizers[name].decaysWeights).join(' and ');
