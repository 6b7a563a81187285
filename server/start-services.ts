import { openServices } from './services.ts';

/**
 * Migrates the database, reconciles runs left behind by a crashed server, resumes the queue and imports logs from the
 * results folder.
 */
export function startServices(): void {
  const services = openServices();
  services.queue.wake();
  services.logs.start();
}
