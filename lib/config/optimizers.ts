/** What can update the parameters; server/training/optimizer/optimizer.ts has the update of each. */
export const optimizerNames = ['adamw', 'adam', 'sgd'] as const;
export type OptimizerName = (typeof optimizerNames)[number];
