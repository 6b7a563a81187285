import os from 'node:os';

/** What the CPU calls itself: `AMD EPYC`. */
export const processorName = (): string => os.cpus()[0]?.model.trim() || os.arch();
