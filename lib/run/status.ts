/** `interrupted`: it was running when the server or its trainer died. `imported`: read from a log. */
export const runStatuses = ['queued', 'running', 'interrupted', 'completed', 'failed', 'canceled', 'imported'] as const;

/** Where a run stands. */
export type RunStatus = (typeof runStatuses)[number];

/** Whether a run in this status neither waits nor trains. */
export const isFinal = (status: RunStatus): boolean => status !== 'queued' && status !== 'running';
