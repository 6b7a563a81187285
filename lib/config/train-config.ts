import { z } from 'zod';
import { imageSizes } from '@/lib/data/data-files.ts';
import { datasetNameSchema } from '@/lib/data/dataset-name.ts';
import { backboneSchema } from '@/lib/network/backbones.ts';
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
      'How many layers at the end of MobileNetV2 stage 2 trains, BatchNormalization not counted. 0 keeps the base frozen.',
    ),
  epochs_stage1: integer(1, 1000)
    .default(10)
    .describe(
      'At most this many epochs train the head on the frozen features; stops early when validation loss stalls for 7.',
    ),
  epochs_stage2: integer(0, 1000)
    .default(10)
    .describe(
      'At most this many epochs fine-tune; stops early when validation loss stalls for 10. 0 leaves stage 2 out.',
    ),
  batch_size: integer(2, 1024).default(128).describe('Images in one training step.'),
  seed: integer(0, 2 ** 31 - 1)
    .default(42)
    .describe('Everything random comes from it; the split into training and validation images is always the same.'),
  augment: flag().default(false).describe('Rotate, zoom, shift and mirror the training images of stage 2 at random.'),
  rotation: real(0, 180).default(15).describe('At most this many degrees either way. Needs augment.'),
  zoom: real(0, 0.9).default(0.1).describe('Each axis is scaled by a factor within 1 ± this. Needs augment.'),
  width_shift: real(0, 1)
    .default(0.1)
    .describe('Sideways, at most this fraction of the width either way. Needs augment.'),
  height_shift: real(0, 1)
    .default(0.1)
    .describe('Up or down, at most this fraction of the height either way. Needs augment.'),
  use_mixup: flag()
    .default(false)
    .describe('Blend each training image of stage 2, and its label, with another of its batch (Zhang et al., 2018).'),
  mixup_alpha: real(0.01, 10)
    .default(0.2)
    .describe('The blend is drawn from Beta(α, α): small values blend little. Needs mixup.'),
  use_cutout: flag()
    .default(false)
    .describe('Cover a random 16 × 16 square of each training image of stage 2 with grey (DeVries & Taylor, 2017).'),
  json_output_path: text()
    .max(500, 'must be at most 500 characters long')
    .default('')
    .describe(
      'Where to write the JSON log. Empty: results/run_<id>.json. From the browser it must lie in the results folder.',
    ),
  dataset: datasetNameSchema
    .default('cifar10')
    .describe('The images: cifar10, sketch10 (drawn here, needs no download), or a folder of your own by its name.'),
  backbone: backboneSchema
    .default('imagenet')
    .describe(
      'The network that is trained on: imagenet is MobileNetV2 1.0 with ImageNet weights, sketch a small one (0.35) that comes with the app, trained on drawn pictures.',
    ),
  train_limit: integer(0, 45_000)
    .default(0)
    .describe(
      'Train on only this many images, the same share of every class; validation and test shrink alike. 0, or more than there are, takes all.',
    ),
  image_size: z
    .union(
      imageSizes.map((size) => z.literal(size)),
      { error: `must be one of ${imageSizes.join(', ')}` },
    )
    .default(160)
    .describe('Images are scaled from 32 × 32 to this many pixels a side: larger is more accurate and slower.'),
  engine: oneOf(engineChoices).default('auto').describe('What computes. auto takes the best this machine has.'),
  optimizer: oneOf(optimizerNames)
    .default('adamw')
    .describe('For both stages. sgd has Nesterov momentum 0.9; only adamw decays weights.'),
  lr_stage1: real(1e-7, 1000)
    .default(1e-3)
    .describe('Where head training starts; multiplied by 0.2 when validation loss stalls for 3 epochs.'),
  lr_stage2: real(1e-9, 1000)
    .default(1e-5)
    .describe(
      'Where fine-tuning starts; halved when validation loss stalls for 4 epochs. High rates destroy what the base knows.',
    ),
  weight_decay: real(0, 1).default(1e-4).describe('AdamW’s, in stage 2; stage 1 has 0.004.'),
  label_smoothing: real(0, 0.9).default(0.05).describe('This much of every target is spread over all classes.'),
  dropout: real(0, 0.95)
    .default(0.4)
    .describe('The share of the head’s 128 hidden units that a training step leaves out.'),
  name: text()
    .trim()
    .max(80, 'must be at most 80 characters long')
    .default('')
    .describe('What the run is called in tables and charts. Empty: named after what it does.'),
  notes: text()
    .max(4000, 'must be at most 4,000 characters long')
    .default('')
    .describe('Why this run; what you expect.'),
  tags: z
    .array(text().trim().min(1, 'a tag must not be empty').max(40, 'a tag must be at most 40 characters long'), {
      error: 'must be a list of words',
    })
    .max(20, 'must be at most 20 tags')
    .default([])
    .describe('Words to find the run by, separated by commas.'),
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
