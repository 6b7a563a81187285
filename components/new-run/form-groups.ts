import { type FieldGroupName, fieldFacts, fieldNames, type TrainConfigField } from '@/lib/config/field-table.ts';

interface GroupFacts {
  title: string;
  help: string;
  /** Whether the augmentation preview is shown below the fields. */
  preview?: boolean;
  /** Folded until the user opens it or submits an invalid value in it. */
  folded?: boolean;
}

export interface FieldGroup extends GroupFacts {
  fields: TrainConfigField[];
}

const groups: Record<FieldGroupName, GroupFacts> = {
  training: {
    title: 'What to train',
    help: 'Stage 1 trains a new head on the frozen base; stage 2 also trains the last layers of the base.',
  },
  length: {
    title: 'How long',
    help: 'Upper limits: both stages stop early when validation loss stops improving.',
  },
  augmentation: {
    title: 'Augmentation',
    help: 'Random changes to the training images of stage 2, different in every epoch.',
    preview: true,
  },
  advanced: {
    title: 'Advanced',
    help: 'Engine, optimizer, regularisation, seed and log file.',
    folded: true,
  },
};

/** The sections of the form with their fields. */
export const fieldGroups: readonly FieldGroup[] = Object.entries(groups).map(([name, facts]) => ({
  ...facts,
  fields: fieldNames.filter((field) => fieldFacts(field).group === name),
}));
