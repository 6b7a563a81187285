import type { RunEvent } from './events.ts';

const columns = [
  'stage',
  'epoch',
  'accuracy',
  'loss',
  'val_accuracy',
  'val_loss',
  'learning_rate',
  'seconds',
  'images_per_second',
] as const;

/** A run's curves as comma-separated values: a head line, then one line an epoch; accuracies within 0…1. */
export function metricsCsv(events: readonly RunEvent[]): string {
  const epochs = events.filter((event) => event.type === 'epoch');
  const rows = epochs.map(({ stage, epoch, metrics, seconds, imagesPerSecond }) =>
    [
      stage,
      epoch,
      metrics.accuracy,
      metrics.loss,
      metrics.val_accuracy,
      metrics.val_loss,
      metrics.learning_rate,
      seconds,
      imagesPerSecond,
    ].map((value) => (Number.isFinite(value) ? String(value) : '')),
  );
  return [columns, ...rows].map((row) => `${row.join(',')}\n`).join('');
}
