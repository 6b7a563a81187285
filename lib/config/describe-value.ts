import { formatRate } from '@/lib/format.ts';
import type { TrainConfigField } from './field-table.ts';
import type { FieldDescription } from './fields.ts';

/** A config value for display, without its unit. */
export function bareValue(name: TrainConfigField, value: unknown): string {
  if (name === 'train_limit' && value === 0) return 'all';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : formatRate(value);
  return (Array.isArray(value) ? value.join(', ') : String(value)) || '–';
}

/** A config value for display, with its unit. */
export function describeValue({ name, unit }: Pick<FieldDescription, 'name' | 'unit'>, value: unknown): string {
  const text = bareValue(name, value);
  return unit && typeof value === 'number' ? `${text}\u00a0${unit}` : text;
}
