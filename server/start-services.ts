import { openServices } from './services.ts';

/** Brings the database up to date, settles what a dead server left, goes on with the line, and takes in what lies in the results folder. */
export function startServices(): void {
  const services = openServices();
  services.queue.wake();
  services.logs.start();
}
