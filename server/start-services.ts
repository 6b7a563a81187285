import { adoptRuns } from './runs/adopt-runs.ts';
import { interruptRunning } from './runs/recover.ts';
import { getServices } from './services.ts';

/** Brings the database up to date, puts what a dead server left in order, and goes on with the line. */
export function startServices(): void {
  const services = getServices();
  interruptRunning(services);
  adoptRuns(services);
  services.queue.wake();
}
