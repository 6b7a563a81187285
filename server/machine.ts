import os from 'node:os';
import { processorName } from '../lib/processor.ts';

/** What trains here: the name of the engine, and what it runs on, as the engine itself tells them. */
export interface Machine {
  engine: string;
  device: string;
  threads: number;
}

export const thisMachine = (): Machine => ({
  engine: 'cpu',
  device: processorName(),
  threads: os.availableParallelism(),
});
