import { type FieldGroupName, fieldFacts, fieldNames, type TrainConfigField } from '@/lib/config/field-table.ts';

interface GroupFacts {
  title: string;
  help: string;
  /** Whether the augmentation preview stands below its fields. */
  preview?: boolean;
  /** Folded until someone opens it, or something in it is wrong. */
  folded?: boolean;
}

export interface FieldGroup extends GroupFacts {
  fields: TrainConfigField[];
}

const groups: Record<FieldGroupName, GroupFacts> = {
  training: {
    title: 'What to train',
    help: 'Stage 1 trains a new head on the frozen network, stage 2 its last layers too.',
  },
  length: {
    title: 'How long',
    help: 'Upper bounds: both stages stop early when validation loss no longer falls.',
  },
  augmentation: {
    title: 'Augmentation',
    help: 'Changes the training images of stage 2 anew in every epoch.',
    preview: true,
  },
  advanced: {
    title: 'Advanced',
    help: 'Engine, optimizer, regularisation, seed and log file.',
    folded: true,
  },
};

/** The parts of the form, and the fields of each. */
export const fieldGroups: readonly FieldGroup[] = Object.entries(groups).map(([name, facts]) => ({
  ...facts,
  fields: fieldNames.filter((field) => fieldFacts(field).group === name),
}));
