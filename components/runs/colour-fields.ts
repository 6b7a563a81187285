import { settingFields, type TrainConfigField } from '@/lib/config/field-table.ts';

export type ColourField = 'run' | TrainConfigField;

/** What points can be coloured by: each run's own colour, or a field of the config that changes its result. */
export const colourFields: readonly ColourField[] = ['run', ...settingFields];
