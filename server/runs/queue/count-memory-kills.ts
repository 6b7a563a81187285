import { readFileSync } from 'node:fs';

/** Linux's counters of processes killed because memory ran out: of the machine, and of this container. */
const counters = ['/proc/vmstat', '/sys/fs/cgroup/memory.events'];

/** The number of processes killed so far because memory ran out; 0 if the system does not count them. */
export const countMemoryKills = (): number =>
  counters.reduce((sum, file) => sum + Number(/^oom_kill (\d+)$/m.exec(read(file))?.[1] ?? 0), 0);

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
