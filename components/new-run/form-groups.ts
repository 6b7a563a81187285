import { augmentationFields } from '@/lib/config/augmentations.ts';
import type { TrainConfigField } from '@/lib/config/train-config.ts';

export interface FieldGroup {
  title: string;
  help: string;
  fields: TrainConfigField[];
  /** Below its fields stands what they do to images. */
  preview?: boolean;
  /** Folded until someone asks, or something in it is wrong. */
  folded?: boolean;
}

/** Where on the form each field stands. The test sees to it that none is missing. */
export const fieldGroups: readonly FieldGroup[] = [
  {
    title: 'What to train',
    help: 'Stage 1 trains a new head on the frozen network, stage 2 its last layers too.',
    fields: ['name', 'dataset', 'train_limit', 'backbone', 'image_size', 'n_unfreeze', 'tags', 'notes'],
  },
  {
    title: 'How long',
    help: 'Upper bounds: both stages stop early when validation loss no longer falls.',
    fields: ['epochs_stage1', 'epochs_stage2', 'batch_size'],
  },
  {
    title: 'Augmentation',
    help: 'Changes the training images of stage 2 anew in every epoch.',
    fields: [...augmentationFields],
    preview: true,
  },
  {
    title: 'Advanced',
    help: 'Engine, optimizer, regularisation, seed and log file.',
    fields: [
      'engine',
      'optimizer',
      'lr_stage1',
      'lr_stage2',
      'weight_decay',
      'label_smoothing',
      'dropout',
      'seed',
      'json_output_path',
    ],
    folded: true,
  },
];
