import type { TrainConfigField, TrainConfigInput } from './train-config.ts';

/**
 * Which fields have no effect beside the others, and why, in words. They keep what they hold, and are sent with it.
 *
 * `n_unfreeze` is not among them: without a stage 2 it still says what a run is about, and its strip that nothing of it
 * is trained.
 *
 * @param config what was read from the form; a value that cannot be used rules nothing out
 */
export function unusedFields(config: TrainConfigInput): Partial<Record<TrainConfigField, string>> {
  const reasons: Partial<Record<TrainConfigField, string>> = {};
  /** The first reason is the one to deal with first. */
  const rule = (isOut: boolean, reason: string, names: TrainConfigField[]) => {
    if (isOut) for (const name of names) reasons[name] ??= reason;
  };
  rule(config.epochs_stage2 === 0, 'Not used: stage 2 has no epochs.', [
    'augment',
    'rotation',
    'zoom',
    'width_shift',
    'height_shift',
    'use_mixup',
    'mixup_alpha',
    'use_cutout',
    'lr_stage2',
    'weight_decay',
  ]);
  rule(config.augment === false, 'Not used: augment is off.', ['rotation', 'zoom', 'width_shift', 'height_shift']);
  rule(config.use_mixup === false, 'Not used: mixup is off.', ['mixup_alpha']);
  rule(config.optimizer !== 'adamw', 'Not used: only adamw decays weights.', ['weight_decay']);
  return reasons;
}
