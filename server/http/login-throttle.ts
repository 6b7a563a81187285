import { isIPv6 } from 'node:net';

/** Failures after which a client has to wait, and the longest wait, in seconds. */
const perClient = { free: 5, maxWait: 30 };
/** The same for all clients together, against guesses from many addresses. Short, so that others still get a turn. */
const overall = { free: 50, maxWait: 5 };
/** Failures count until there were none for this long, in seconds. */
const memory = 15 * 60;
/** Clients remembered; the one whose failure is oldest is forgotten first. */
const maxClients = 1000;
/** Shortest interval between two log lines, in seconds. */
const logInterval = 1;

interface Failures {
  count: number;
  /** When the last one happened, in seconds. */
  at: number;
}

interface Options {
  /** A clock in seconds that never goes back. */
  now?: () => number;
  log?: (line: string) => void;
}

/** Counts and logs failed logins. After some of them, each further one doubles the time until the next attempt. */
export class LoginThrottle {
  private readonly clients = new Map<string, Failures>();
  private all: Failures = { count: 0, at: 0 };
  private readonly now: () => number;
  private readonly log: (line: string) => void;
  private loggedAt = Number.NEGATIVE_INFINITY;
  private unlogged = 0;

  /** @param kind what failed, for the log */
  constructor(
    private readonly kind: string,
    { now = () => performance.now() / 1000, log = console.warn }: Options = {},
  ) {
    this.now = now;
    this.log = log;
  }

  /** Number of clients remembered. */
  get size(): number {
    return this.clients.size;
  }

  /** @returns seconds until this client may try again, rounded up; 0 if it may try now */
  waitOf(address: string | undefined): number {
    const own = this.clients.get(clientOf(address));
    return Math.ceil(Math.max(this.remaining(own, perClient), this.remaining(this.all, overall)));
  }

  recordFailure(address: string | undefined): void {
    const client = clientOf(address);
    const failures = this.add(this.clients.get(client));
    // Deleted first, so that the map is ordered by the time of the last failure.
    this.clients.delete(client);
    this.clients.set(client, failures);
    if (this.clients.size > maxClients) this.clients.delete(this.clients.keys().next().value!);
    this.all = this.add(this.all);
    this.report(client, failures.count);
  }

  recordSuccess(address: string | undefined): void {
    this.clients.delete(clientOf(address));
  }

  private add(failures: Failures = { count: 0, at: 0 }): Failures {
    const at = this.now();
    return { count: at - failures.at > memory ? 1 : failures.count + 1, at };
  }

  private remaining(failures: Failures | undefined, { free, maxWait }: typeof perClient): number {
    if (failures === undefined || failures.count < free) return 0;
    const elapsed = this.now() - failures.at;
    if (elapsed > memory) return 0;
    return Math.max(0, Math.min(2 ** (failures.count - free), maxWait) - elapsed);
  }

  /** Never logs what was sent: it may be a mistyped token. */
  private report(client: string, count: number): void {
    if (this.now() - this.loggedAt < logInterval) {
      this.unlogged++;
      return;
    }
    const more = this.unlogged === 0 ? '' : `; ${this.unlogged} more failures since the previous line`;
    this.log(`${this.kind} from ${client} failed (${count} in a row${more}).`);
    this.loggedAt = this.now();
    this.unlogged = 0;
  }
}

/** An IPv4 address, or the first 64 bits of an IPv6 address: one client can use any address that shares them. */
export function clientOf(address = 'unknown'): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
  const groups = [...first, ...zeros, ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
