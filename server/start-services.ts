import { adoptRuns } from './runs/adopt-runs.ts';
import { getServices } from './services.ts';

/** Brings the database up to date, adopts what the terminal left, settles what a dead server left, and goes on with the line. */
export function startServices(): void {
  const services = getServices();
  adoptRuns(services);
  services.queue.wake();
}
