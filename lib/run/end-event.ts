import type { RunEvent, RunEventOf } from './events.ts';

const endTypes = ['completed', 'canceled', 'failed', 'interrupted'] as const;

/** The events that end a run or an attempt. */
export type EndEvent = RunEventOf<(typeof endTypes)[number]>;

export const isEndEvent = (event: RunEvent): event is EndEvent =>
  (endTypes as readonly RunEvent['type'][]).includes(event.type);
