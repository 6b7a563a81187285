import { formatCount } from '@/lib/format.ts';

interface QuantityDescription {
  name: string;
  /** Axis title, with the unit. */
  title: string;
  /** Converts stored to displayed values: accuracies are stored as fractions (0…1) and displayed as percentages. */
  factor: number;
  /** Formats a displayed value, without its unit. */
  format: (value: number) => string;
}

/** Per-epoch metrics plotted as curves. */
export const quantities = {
  val_accuracy: share('validation accuracy'),
  accuracy: share('training accuracy'),
  val_loss: loss('validation loss'),
  loss: loss('training loss'),
  learning_rate: { name: 'learning rate', title: 'learning rate', factor: 1, format: formatExponent },
  speed: { name: 'images per second', title: 'images/s', factor: 1, format: formatCount },
} satisfies Record<string, QuantityDescription>;

export type Quantity = keyof typeof quantities;

function share(name: string): QuantityDescription {
  return { name, title: `${name}, %`, factor: 100, format: (value) => value.toFixed(2) };
}

function loss(name: string): QuantityDescription {
  return { name, title: name, factor: 1, format: (value) => value.toFixed(4) };
}

/** At most three significant digits: 0.0001 → `1e-4`. */
function formatExponent(value: number): string {
  return withoutTrailingZeros(value.toExponential(2));
}

/** At most four significant digits: 12.3 → `12.3`, 123456 → `1.235e+5`. */
export const formatShort = (value: number): string => withoutTrailingZeros(value.toPrecision(4));

const withoutTrailingZeros = (figure: string): string =>
  figure.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
