/**
 * Metadata of every config field, in the order of the form. Bounds, defaults and help are in train-config.ts. This is
 * plain data without zod, so that the runs page need not load the schema. The schema does not compile unless it has
 * exactly these fields.
 */

/** The stages of a run, in order; each builds on the previous one. */
export const runStages = ['features', 'stage1', 'stage2', 'evaluation'] as const;
export type RunStage = (typeof runStages)[number];

/** A section of the form. */
export type FieldGroupName = 'training' | 'length' | 'augmentation' | 'advanced';

/** A condition for a field to have an effect: stage 2 runs, weights decay, or a switch is on. */
export type FieldNeed = 'stage2' | 'weight-decay' | 'augment' | 'use_mixup';

export interface FieldFacts {
  label: string;
  /** Table column header, if shorter than the label. */
  short?: string;
  unit?: string;
  group: FieldGroupName;
  /** The first stage whose result depends on the field; all later ones do, too. Null if no result does. */
  affectsFrom: RunStage | null;
  /** Conditions for the field to have an effect, the one to report first at the front. */
  needs?: readonly FieldNeed[];
  /** Whether the augmentation preview depends on it. */
  preview?: true;
  /** For a switch that turns on an augmentation: the augmentation's one-word name. */
  augmentation?: string;
}

export const fieldTable = {
  name: { label: 'Name', group: 'training', affectsFrom: null },
  dataset: { label: 'Dataset', group: 'training', affectsFrom: 'features', preview: true },
  train_limit: { label: 'Training images', group: 'training', affectsFrom: 'features' },
  backbone: { label: 'Backbone', group: 'training', affectsFrom: 'features' },
  image_size: { label: 'Image size', short: 'px', unit: 'px', group: 'training', affectsFrom: 'features' },
  // Has no `needs`: without stage 2 it still describes the run.
  n_unfreeze: { label: 'Layers to unfreeze', short: 'N', group: 'training', affectsFrom: 'stage2' },
  tags: { label: 'Tags', group: 'training', affectsFrom: null },
  notes: { label: 'Notes', group: 'training', affectsFrom: null },

  epochs_stage1: { label: 'Epochs, stage 1', short: 'Ep. 1', group: 'length', affectsFrom: 'stage1' },
  epochs_stage2: { label: 'Epochs, stage 2', short: 'Ep. 2', group: 'length', affectsFrom: 'stage2' },
  // Features do not depend on it: they are extracted in batches of a fixed size.
  batch_size: { label: 'Batch size', short: 'Batch', group: 'length', affectsFrom: 'stage1' },

  augment: {
    label: 'Augment',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2'],
    preview: true,
    augmentation: 'aug',
  },
  rotation: {
    label: 'Rotation',
    unit: '°',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2', 'augment'],
    preview: true,
  },
  zoom: {
    label: 'Zoom',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2', 'augment'],
    preview: true,
  },
  width_shift: {
    label: 'Width shift',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2', 'augment'],
    preview: true,
  },
  height_shift: {
    label: 'Height shift',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2', 'augment'],
    preview: true,
  },
  use_mixup: {
    label: 'Mixup',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2'],
    preview: true,
    augmentation: 'mixup',
  },
  mixup_alpha: {
    label: 'Mixup α',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2', 'use_mixup'],
    preview: true,
  },
  use_cutout: {
    label: 'Cutout',
    group: 'augmentation',
    affectsFrom: 'stage2',
    needs: ['stage2'],
    preview: true,
    augmentation: 'cutout',
  },

  // Engines differ in rounding, so features are cached per engine.
  engine: { label: 'Engine', group: 'advanced', affectsFrom: 'features' },
  optimizer: { label: 'Optimizer', group: 'advanced', affectsFrom: 'stage1' },
  lr_stage1: { label: 'Learning rate, stage 1', short: 'lr1', group: 'advanced', affectsFrom: 'stage1' },
  lr_stage2: {
    label: 'Learning rate, stage 2',
    short: 'lr2',
    group: 'advanced',
    affectsFrom: 'stage2',
    needs: ['stage2'],
  },
  // Stage 1 uses a fixed weight decay.
  weight_decay: {
    label: 'Weight decay',
    short: 'Decay',
    group: 'advanced',
    affectsFrom: 'stage2',
    needs: ['stage2', 'weight-decay'],
  },
  label_smoothing: { label: 'Label smoothing', short: 'Smoothing', group: 'advanced', affectsFrom: 'stage1' },
  dropout: { label: 'Dropout', group: 'advanced', affectsFrom: 'stage1' },
  // Features do not depend on it: the training/validation split is the same for every seed.
  seed: { label: 'Seed', group: 'advanced', affectsFrom: 'stage1' },
  json_output_path: { label: 'JSON log', group: 'advanced', affectsFrom: null },
} as const satisfies Record<string, FieldFacts>;

export type TrainConfigField = keyof typeof fieldTable;

/** The fields that the augmentation preview depends on. */
export type PreviewField = {
  [Name in TrainConfigField]: (typeof fieldTable)[Name] extends { preview: true } ? Name : never;
}[TrainConfigField];

/** Every field, in the order of the form. */
export const fieldNames = Object.keys(fieldTable) as TrainConfigField[];

export const fieldFacts = (name: TrainConfigField): FieldFacts => fieldTable[name];

/** The stages whose results depend on a field, in order. */
export function stagesAffectedBy(name: TrainConfigField): readonly RunStage[] {
  const { affectsFrom } = fieldFacts(name);
  return affectsFrom === null ? [] : runStages.slice(runStages.indexOf(affectsFrom));
}

/** The fields that a stage's result depends on. Runs with equal values have the same result of this stage. */
export const fieldsAffecting = (stage: RunStage): TrainConfigField[] =>
  fieldNames.filter((name) => stagesAffectedBy(name).includes(stage));

/** The fields that affect results, and those that only name or describe a run. */
export const settingFields = fieldsAffecting('evaluation');
export const descriptiveFields = fieldNames.filter((name) => !settingFields.includes(name));

export const previewFields = fieldNames.filter((name) => fieldFacts(name).preview) as PreviewField[];
