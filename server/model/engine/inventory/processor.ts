import os from 'node:os';

/** The model name of the CPU, such as `AMD EPYC`. Node only. */
export const processorName = (): string => os.cpus()[0]?.model.trim() || os.arch();
