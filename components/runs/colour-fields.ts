import { settingFields, type TrainConfigField } from '@/lib/config/field-table.ts';

export type ColourField = 'run' | TrainConfigField;

/** What points can be coloured by: the colour of each run, or a config field that affects results. */
export const colourFields: readonly ColourField[] = ['run', ...settingFields];
