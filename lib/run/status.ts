/** `interrupted`: it was running when the server or its trainer died. `imported`: read from a log. */
export const runStatuses = ['queued', 'running', 'interrupted', 'completed', 'failed', 'canceled', 'imported'] as const;

/** Where a run stands. */
export type RunStatus = (typeof runStatuses)[number];

/** A run in such a state will not change any more by itself. */
export const isFinal = (status: RunStatus): boolean => status !== 'queued' && status !== 'running';
