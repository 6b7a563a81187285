import { formatRate } from '@/lib/format.ts';
import type { FieldDescription } from './fields.ts';

/** A config's value as people read it, with its unit. */
export function valueInWords({ name, kind, unit }: FieldDescription, value: unknown): string {
  if (name === 'train_limit' && value === 0) return 'all';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(', ') || '–';
  if (typeof value !== 'number') return String(value) || '–';
  const text = kind === 'real' ? formatRate(value) : String(value);
  return unit ? `${text}\u00a0${unit}` : text;
}
