import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { it } from 'vitest';
import { Random } from '@/server/model/random.ts';

/** `npm run test:faults` runs the full suite; `npm test` runs a short form of each test. */
export const isFull = process.env.FAULTS === 'whole';

/** Decides where and when a fault strikes. A failure prints its seed; set FAULT_SEED to repeat it, as far as timing allows. */
const seed = process.env.FAULT_SEED ?? String(randomInt(2 ** 31));
// Child processes read it, too.
process.env.FAULT_SEED = seed;
console.info(`FAULT_SEED=${seed}`);
export const random = new Random(Number(seed), 'faults');

/** Number of repetitions in the full suite and in the short form. */
export const times = (full: number, short: number): number => (isFull ? full : short);

/**
 * Defines a test that injects a real fault.
 * @param name the fault, for test title and table
 * @param how how it is injected, for test title and table
 * @param inject injects the fault, checks the outcome, and returns a short description of it for the table
 * @param isPossible whether the fault can be injected here, for example as root on Linux
 */
export function fault(name: string, how: string, inject: () => Promise<string>, { isPossible = true } = {}): void {
  if (!isPossible) record({ name, how, outcome: 'skipped: not possible as this user or on this system' });
  it.skipIf(!isPossible)(
    `${name}: ${how}`,
    async () => {
      try {
        record({ name, how, outcome: await inject() });
      } catch (error) {
        record({ name, how, outcome: `FAILED with FAULT_SEED=${seed}: ${String(error).split('\n')[0]}` });
        throw error;
      }
    },
    isFull ? 900_000 : 300_000,
  );
}

/** Writes one line per fault, for the table that `npm run test:faults` prints. */
function record(row: { name: string; how: string; outcome: string }): void {
  if (process.env.FAULTS_TABLE) appendFileSync(process.env.FAULTS_TABLE, `${JSON.stringify(row)}\n`);
}

/** Whether small file systems can be mounted, to simulate a full disk. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;
