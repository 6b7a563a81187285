import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { it } from 'vitest';
import { Random } from '@/server/model/random.ts';

/** `npm run test:faults` asks for all of it; `npm test` has a short form of each. */
export const isWhole = process.env.FAULTS === 'whole';

/** Where and when a fault strikes is drawn from it. A failure is repeated with the seed that it printed, as far as clocks allow. */
const seed = process.env.FAULT_SEED ?? String(randomInt(2 ** 31));
// Child processes that draw, too, take theirs from here.
process.env.FAULT_SEED = seed;
console.info(`FAULT_SEED=${seed}`);
export const random = new Random(Number(seed), 'faults');

/** How often something is done: in the whole suite, and in the short form. */
export const times = (whole: number, short: number): number => (isWhole ? whole : short);

/**
 * A fault that is injected for real, and what must come of it.
 * @param outcome injects it, holds what comes of it against what must, and says that in a few words for the table
 * @param canBe where the fault can be injected at all: as root, on Linux
 */
export function fault(name: string, how: string, outcome: () => Promise<string>, { canBe = true } = {}): void {
  if (!canBe) tell({ name, how, outcome: 'skipped: not possible here, as this user or on this system' });
  it.skipIf(!canBe)(
    `${name}: ${how}`,
    async () => {
      try {
        tell({ name, how, outcome: await outcome() });
      } catch (error) {
        tell({ name, how, outcome: `FAILED with FAULT_SEED=${seed}: ${String(error).split('\n')[0]}` });
        throw error;
      }
    },
    isWhole ? 900_000 : 300_000,
  );
}

/** A line a fault, for the table that `npm run test:faults` prints. */
function tell(row: { name: string; how: string; outcome: string }): void {
  if (process.env.FAULTS_TABLE) appendFileSync(process.env.FAULTS_TABLE, `${JSON.stringify(row)}\n`);
}

/** Whether small file systems of their own can be made, on which a disk can be full. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;
