import { readFileSync } from 'node:fs';

/** Where Linux counts the processes that it killed for want of memory: on the machine, and in this container. */
const counters = ['/proc/vmstat', '/sys/fs/cgroup/memory.events'];

/** So many processes were killed until now because memory ran out; 0 where the system does not tell. */
export const countMemoryKills = (): number =>
  counters.reduce((sum, file) => sum + Number(/^oom_kill (\d+)$/m.exec(read(file))?.[1] ?? 0), 0);

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
