import { z } from 'zod';

/** Where a run stands. `interrupted`: it was running when the server or its trainer died. `imported`: read from a log. */
export const runStatusSchema = z.enum([
  'queued',
  'running',
  'interrupted',
  'completed',
  'failed',
  'canceled',
  'imported',
]);
export type RunStatus = z.infer<typeof runStatusSchema>;

/** A run in such a state will not change any more by itself. */
export const isFinal = (status: RunStatus): boolean => status !== 'queued' && status !== 'running';
