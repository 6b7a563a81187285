import { augmentationSwitches, augmentationWords } from '@/lib/config/augmentations.ts';
import { bareValue, describeValue } from '@/lib/config/describe-value.ts';
import { fieldFacts, type TrainConfigField } from '@/lib/config/field-table.ts';
import type { FieldDescription } from '@/lib/config/fields.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { LogFacts } from './log-facts.ts';

/**
 * The settings of a run, as far as they are known. The config of an imported log is complete, but its unknown fields
 * only hold defaults; whatever shows, compares or counts a run's settings reads them here. Plain data without zod.
 */

export interface Configured {
  config: TrainConfig;
  /** Null unless the run was imported from a log. */
  logFacts: LogFacts | null;
}

/** Shown in place of a setting that an imported log does not contain. */
export const notInLog = 'not in log';

/** Whether all of these fields of a run's config are known. */
export const isKnown = ({ logFacts }: Pick<Configured, 'logFacts'>, ...names: TrainConfigField[]): boolean =>
  logFacts === null || !names.some((name) => logFacts.unknown.includes(name));

/** A run's value of a field; null if it is unknown. */
export const settingOf = <Name extends TrainConfigField>(run: Configured, name: Name): TrainConfig[Name] | null =>
  isKnown(run, name) ? run.config[name] : null;

/** A run's value of a field as text, without its unit; an unusable value as the log has it, otherwise `not in log`. */
export const bareSetting = (run: Configured, name: TrainConfigField): string =>
  isKnown(run, name) ? bareValue(name, run.config[name]) : unknownText(run, name);

/** The same with the field's unit. */
export const describeSetting = (run: Configured, field: Pick<FieldDescription, 'name' | 'unit'>): string =>
  isKnown(run, field.name) ? describeValue(field, run.config[field.name]) : unknownText(run, field.name);

const unknownText = ({ logFacts }: Configured, name: TrainConfigField): string => logFacts?.unusable[name] ?? notInLog;

/** The names of a run's augmentations, and `not in log` if it is unknown whether there are more; empty without any. */
export function describeAugmentation(run: Configured): string[] {
  const known = augmentationWords(run.config);
  return isKnown(run, ...augmentationSwitches) ? known : [...known, notInLog];
}

/** The settings of an imported log's run that are only defaults, as `Optimizer: adamw`; empty for other runs. */
export const describeDefaults = ({ config, logFacts }: Configured): string[] =>
  (logFacts?.unknown ?? []).map((name) => `${fieldFacts(name).label}: ${bareValue(name, config[name])}`);

/** The settings of a log that cannot be used here, as `Optimizer: RMSprop`. */
export const describeUnusable = ({ logFacts }: Pick<Configured, 'logFacts'>): string[] =>
  Object.entries(logFacts?.unusable ?? {}).map(
    ([name, value]) => `${fieldFacts(name as TrainConfigField).label}: ${value}`,
  );

/** A run's value of a field as a key: equal for runs that do not visibly differ in it. Unknown differs from any value. */
export const comparableSetting = (run: Configured, name: TrainConfigField): string =>
  JSON.stringify(isKnown(run, name) ? (run.config[name] ?? null) : { unknown: unknownText(run, name) });
