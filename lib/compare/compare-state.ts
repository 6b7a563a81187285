import { type Quantity, quantities } from '@/lib/series/quantities.ts';

/** What a comparison shows, as its address holds it: a link shows what its sender saw. */

export const comparedAxes = { epoch: 'Epoch', step: 'Step', time: 'Time' };
export type ComparedAxis = keyof typeof comparedAxes;

const scales = { linear: 'Linear', log: 'Log' };
const tests = { plain: 'Plain', tta: 'TTA' };

export interface CompareState {
  /** In the order they were chosen; the first is what the others are held against. */
  ids: string[];
  metric: Quantity;
  x: ComparedAxis;
  y: keyof typeof scales;
  /** Weight of the past in the moving average, 0 … 0.99. */
  smooth: number;
  /** Runs that differ only in their seed are one curve: their mean and spread. */
  seeds: boolean;
  /** Epochs of a single batch, too. */
  batches: boolean;
  /** Config fields that are the same in all are left out. */
  differences: boolean;
  test: keyof typeof tests;
  /** Whose matrix is held against the first's; the second's where it is none of these. */
  other: string;
  /** Which epoch the walls show, from 1 through both stages; 0 is the last. */
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

/** Reads an address' query. What makes no sense there counts as left out. */
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

/** The query of an address that shows this; what is as it is by itself is left out. */
export function writeCompareState(state: CompareState): string {
  const words: Record<string, string> = {
    // Ids and names of choices need no escaping, and commas read better without.
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
  return Object.entries(words)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    .join('&');
}

/** Where some runs are compared. */
export const compareAddress = (ids: readonly string[]): string =>
  `/compare?${writeCompareState({ ...defaults, ids: [...ids] })}`;
