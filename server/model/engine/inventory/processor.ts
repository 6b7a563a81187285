import os from 'node:os';

/** What the CPU calls itself: `AMD EPYC`. For Node alone. */
export const processorName = (): string => os.cpus()[0]?.model.trim() || os.arch();
