import { type Quantity, quantities } from '@/lib/series/quantities.ts';

/** The state of a comparison. It is stored in the URL, so a link reproduces what its sender saw. */

export const comparedAxes = { epoch: 'Epoch', step: 'Step', time: 'Time' };
export type ComparedAxis = keyof typeof comparedAxes;

const scales = { linear: 'Linear', log: 'Log' };
const tests = { plain: 'Plain', tta: 'TTA' };

export interface CompareState {
  /** In the order of selection; the others are compared with the first, the baseline. */
  ids: string[];
  metric: Quantity;
  x: ComparedAxis;
  y: keyof typeof scales;
  /** Weight of the previous average in smoothing, 0…0.99. */
  smooth: number;
  /** Whether runs that differ only in their seed are one curve: mean and standard deviation. */
  seeds: boolean;
  /** Whether epochs of a single batch are included. */
  batches: boolean;
  /** Whether config fields that are the same in all runs are hidden. */
  differences: boolean;
  test: keyof typeof tests;
  /** Id of the run shown next to the baseline in matrices and sample predictions; if unknown, the second run. */
  other: string;
  /** The epoch of the sample predictions, counted from 1 through both stages; 0 is the last. */
  epoch: number;
}

const defaults: CompareState = {
  ids: [],
  metric: 'val_accuracy',
  x: 'epoch',
  y: 'linear',
  smooth: 0,
  seeds: false,
  batches: false,
  differences: true,
  test: 'plain',
  other: '',
  epoch: 0,
};

/** Reads the state from a URL query. Invalid values are treated as missing. */
export function readCompareState(query: URLSearchParams): CompareState {
  const choice = <T extends string>(name: string, choices: Record<T, unknown>, initial: T): T => {
    const value = query.get(name);
    return value !== null && Object.hasOwn(choices, value) ? (value as T) : initial;
  };
  const number = (name: string, highest: number): number => {
    const value = Number(query.get(name));
    return Number.isFinite(value) ? Math.min(highest, Math.max(0, value)) : 0;
  };
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
  return {
    ids: [...new Set(ids)],
    metric: choice('metric', quantities, defaults.metric),
    x: choice('x', comparedAxes, defaults.x),
    y: choice('y', scales, defaults.y),
    smooth: number('smooth', 0.99),
    seeds: query.get('seeds') === 'grouped',
    batches: query.get('batches') === 'shown',
    differences: query.get('fields') !== 'all',
    test: choice('test', tests, defaults.test),
    other: query.get('other') ?? '',
    epoch: Math.round(number('epoch', 1e6)),
  };
}

/** The URL query for a state, without defaults. */
export function writeCompareState(state: CompareState): string {
  const parameters: Record<string, string> = {
    // Commas stay readable; ids and option names need no escaping.
    ids: state.ids.join(','),
    ...(state.metric !== defaults.metric && { metric: state.metric }),
    ...(state.x !== defaults.x && { x: state.x }),
    ...(state.y !== defaults.y && { y: state.y }),
    ...(state.smooth > 0 && { smooth: String(state.smooth) }),
    ...(state.seeds && { seeds: 'grouped' }),
    ...(state.batches && { batches: 'shown' }),
    ...(!state.differences && { fields: 'all' }),
    ...(state.test !== defaults.test && { test: state.test }),
    ...(state.other !== '' && { other: state.other }),
    ...(state.epoch > 0 && { epoch: String(state.epoch) }),
  };
  return Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    .join('&');
}

/** The path and query of a comparison. */
export const compareAddress = (ids: readonly string[]): string =>
  `/compare?${writeCompareState({ ...defaults, ids: [...ids] })}`;
