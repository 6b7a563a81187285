import { expect, it } from 'vitest';
import { formatShort, quantities } from './quantities.ts';

it('formats values with their significant digits', () => {
  const { val_accuracy, loss, learning_rate, speed } = quantities;
  expect(val_accuracy.format(0.7512 * val_accuracy.factor)).toBe('75.12');
  expect(loss.format(1.25)).toBe('1.2500');
  expect([1e-4, 1.5e-5, 0.001234].map(learning_rate.format)).toEqual(['1e-4', '1.5e-5', '1.23e-3']);
  expect(speed.format(1234.5)).toBe('1,235');
});

it('omits trailing zeros', () => {
  expect([12.3, 100, 1000, 13.4, 123_456].map(formatShort)).toEqual(['12.3', '100', '1000', '13.4', '1.235e+5']);
});
