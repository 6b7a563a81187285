import { type CsvColumn, writeCsv } from '@/lib/csv.ts';
import type { RunEvent, RunEventOf } from './events.ts';

const columns: readonly CsvColumn<RunEventOf<'epoch'>>[] = [
  { name: 'stage', value: ({ stage }) => stage },
  { name: 'epoch', value: ({ epoch }) => epoch },
  { name: 'accuracy', value: ({ metrics }) => metrics.accuracy },
  { name: 'loss', value: ({ metrics }) => metrics.loss },
  { name: 'val_accuracy', value: ({ metrics }) => metrics.val_accuracy },
  { name: 'val_loss', value: ({ metrics }) => metrics.val_loss },
  { name: 'learning_rate', value: ({ metrics }) => metrics.learning_rate },
  { name: 'seconds', value: ({ seconds }) => seconds },
  { name: 'images_per_second', value: ({ imagesPerSecond }) => imagesPerSecond },
];

/** A run's curves as CSV, one line per epoch; accuracies within 0…1. */
export const metricsCsv = (events: readonly RunEvent[]): string =>
  writeCsv(
    columns,
    events.filter((event) => event.type === 'epoch'),
  );
