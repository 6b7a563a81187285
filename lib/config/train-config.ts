import { z } from 'zod';
import { imageSizes } from '@/lib/data/data-files.ts';
import { datasetNameSchema } from '@/lib/data/dataset-name.ts';
import { backboneSchema } from '@/lib/network/backbone-schema.ts';
import { augmentationWords } from './augmentations.ts';
import { engineChoices } from './engines.ts';
import { fieldFacts, type TrainConfigField } from './field-table.ts';
import { optimizerNames } from './optimizers.ts';

export type { TrainConfigField } from './field-table.ts';

/**
 * The single schema of a run's config. The form takes help, limits and defaults from it, tRPC its input type, the command
 * line its flags, the trainer the config it parses, and the database the type it stores. Bounds are defined only here;
 * labels and other metadata are in field-table.ts, and fields.ts combines both.
 *
 * Names and defaults match the original script (`0-transfer.py`); the fields after `json_output_path` are additions.
 */

const integer = (low: number, high: number) =>
  z
    .number({ error: 'must be a number' })
    .int({ error: 'must be a whole number' })
    .min(low, `must be ${low} or more`)
    .max(high, `must be ${high} or less`);
const real = (low: number, high: number) =>
  z.number({ error: 'must be a number' }).min(low, `must be ${low} or more`).max(high, `must be ${high} or less`);
const flag = () => z.boolean({ error: 'must be true or false' });
const text = () => z.string({ error: 'must be text' });
const oneOf = <const Choices extends readonly [string, ...string[]]>(choices: Choices) =>
  z.enum(choices, { error: `must be one of ${choices.join(', ')}` });

const shape = {
  n_unfreeze: integer(0, 102)
    .default(0)
    .describe(
      'Number of layers at the end of MobileNetV2 that stage 2 trains, not counting BatchNormalization. 0 keeps the base frozen.',
    ),
  epochs_stage1: integer(1, 1000)
    .default(10)
    .describe(
      'Maximum epochs of head training on frozen features. Stops early after 7 epochs without lower validation loss.',
    ),
  epochs_stage2: integer(0, 1000)
    .default(10)
    .describe(
      'Maximum epochs of fine-tuning. Stops early after 10 epochs without lower validation loss. 0 skips stage 2.',
    ),
  batch_size: integer(2, 1024).default(128).describe('Images per training step.'),
  seed: integer(0, 2 ** 31 - 1)
    .default(42)
    .describe('Seed of all random numbers. The split into training and validation images does not depend on it.'),
  augment: flag().default(false).describe('Randomly rotate, zoom, shift and mirror the training images of stage 2.'),
  rotation: real(0, 180).default(15).describe('Maximum rotation in degrees, either way. Requires augment.'),
  zoom: real(0, 0.9).default(0.1).describe('Scales each axis by a random factor within 1 ± this. Requires augment.'),
  width_shift: real(0, 1)
    .default(0.1)
    .describe('Maximum shift left or right, as a fraction of the width. Requires augment.'),
  height_shift: real(0, 1)
    .default(0.1)
    .describe('Maximum shift up or down, as a fraction of the height. Requires augment.'),
  use_mixup: flag()
    .default(false)
    .describe(
      'Blend each training image of stage 2 and its label with another one from the same batch (Zhang et al., 2018).',
    ),
  mixup_alpha: real(0.01, 10)
    .default(0.2)
    .describe('Blending weights are drawn from Beta(α, α); small values blend little. Requires mixup.'),
  use_cutout: flag()
    .default(false)
    .describe('Cover a random 16 × 16 square of each training image of stage 2 with grey (DeVries & Taylor, 2017).'),
  json_output_path: text()
    .max(500, 'must be at most 500 characters long')
    .default('')
    .describe(
      'Path of the JSON log. Empty: results/run_<id>.json. Runs started in the browser can only write to the results folder.',
    ),
  dataset: datasetNameSchema
    .default('cifar10')
    .describe(
      'Images to train on: cifar10, sketch10 (drawn by code, no download), or the name of a folder with your images.',
    ),
  backbone: backboneSchema
    .default('imagenet')
    .describe(
      'imagenet: MobileNetV2 1.0 with ImageNet weights. sketch: a bundled MobileNetV2 0.35, trained on drawn images.',
    ),
  train_limit: integer(0, 45_000)
    .default(0)
    .describe(
      'Limit on training images, the same share of each class; validation and test sets shrink in proportion. 0 means no limit.',
    ),
  image_size: z
    .union(
      imageSizes.map((size) => z.literal(size)),
      { error: `must be one of ${imageSizes.join(', ')}` },
    )
    .default(160)
    .describe('Side length that the 32 × 32 images are scaled to. Larger is more accurate, but slower.'),
  engine: oneOf(engineChoices)
    .default('auto')
    .describe('Compute engine; auto selects the fastest one that computes correctly on this machine.'),
  optimizer: oneOf(optimizerNames)
    .default('adamw')
    .describe('Used in both stages. sgd has Nesterov momentum 0.9; only adamw applies weight decay.'),
  lr_stage1: real(1e-7, 1000)
    .default(1e-3)
    .describe('Initial rate of head training; multiplied by 0.2 after 3 epochs without lower validation loss.'),
  lr_stage2: real(1e-9, 1000)
    .default(1e-5)
    .describe(
      'Initial rate of fine-tuning; halved after 4 epochs without lower validation loss. High rates destroy the pretrained weights.',
    ),
  weight_decay: real(0, 1).default(1e-4).describe('Weight decay of AdamW in stage 2. Stage 1 always uses 0.004.'),
  label_smoothing: real(0, 0.9).default(0.05).describe('Share of each target that is spread evenly over all classes.'),
  dropout: real(0, 0.95)
    .default(0.4)
    .describe('Share of the head’s 128 hidden units that is dropped in each training step.'),
  name: text()
    .trim()
    .max(80, 'must be at most 80 characters long')
    .default('')
    .describe('Shown in tables and charts. Empty: derived from the config.'),
  notes: text()
    .max(4000, 'must be at most 4,000 characters long')
    .default('')
    .describe('Why you start this run, and what you expect.'),
  tags: z
    .array(text().trim().min(1, 'a tag must not be empty').max(40, 'a tag must be at most 40 characters long'), {
      error: 'must be a list of words',
    })
    .max(20, 'must be at most 20 tags')
    .default([])
    .describe('Words to find this run by, separated by commas.'),
} satisfies Record<TrainConfigField, z.ZodType>;

/** Adds each field's label and unit to its metadata. */
function withLabels<Shape extends Record<TrainConfigField, z.ZodType>>(fields: Shape): Shape {
  const labelled = Object.entries(fields).map(([name, schema]) => {
    const { label, unit } = fieldFacts(name as TrainConfigField);
    return [name, schema.meta({ ...schema.meta(), label, ...(unit && { unit }) })];
  });
  return Object.fromEntries(labelled) as Shape;
}

export const trainConfigSchema = z.strictObject(withLabels(shape)).meta({ title: 'Transfer-learning run' });

/** A complete config, with every field present. */
export type TrainConfig = z.infer<typeof trainConfigSchema>;
/** A config as input; omitted fields take their defaults. */
export type TrainConfigInput = z.input<typeof trainConfigSchema>;

/** The displayed name of a run. */
export const runName = (config: TrainConfig): string => config.name || defaultRunName(config);

/** Generates a name from the settings that differ from the defaults, e.g. `n30-aug-96px`. */
function defaultRunName(config: TrainConfig): string {
  const parts = [config.n_unfreeze === 0 ? 'frozen' : `n${config.n_unfreeze}`];
  if (config.dataset !== 'cifar10') parts.unshift(config.dataset);
  if (config.backbone !== 'imagenet') parts.push(`${config.backbone}-base`);
  parts.push(...augmentationWords(config));
  if (config.optimizer !== 'adamw') parts.push(config.optimizer);
  if (config.image_size !== 160) parts.push(`${config.image_size}px`);
  if (config.train_limit > 0) parts.push(`${config.train_limit}img`);
  return parts.join('-');
}
