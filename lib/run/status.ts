/** `interrupted`: the server or the trainer died while the run was training. `imported`: read from a log. */
export const runStatuses = ['queued', 'running', 'interrupted', 'completed', 'failed', 'canceled', 'imported'] as const;

export type RunStatus = (typeof runStatuses)[number];

/** Whether a run with this status is neither queued nor running. */
export const isFinal = (status: RunStatus): boolean => status !== 'queued' && status !== 'running';
