import { events, runs } from '@/drizzle/schema.ts';
import { runName, trainConfigSchema } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { createRunId } from '@/lib/run/run-id.ts';
import type { Database } from '@/server/db/database.ts';

interface Sizes {
  runs: number;
  /** This many of them, tagged `long`, have 500 epochs; the others have 12. */
  long: number;
}

const test = { hash: 'seeded', name: 'generated', images: 1000 };
const confusion = Array.from({ length: 10 }, (_, row) =>
  Array.from({ length: 10 }, (_, column) => (row === column ? 90 : 1)),
);

/** Fills a database with deterministic completed runs, for benchmarks with many runs. */
export function seedRuns(db: Database, { runs: count, long }: Sizes): void {
  const random = generator(7);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  db.transaction((tx) => {
    for (let number = 0; number < count; number++) {
      const isLong = number < long;
      const epochs = isLong ? 500 : 12;
      const config = trainConfigSchema.parse({
        n_unfreeze: oneOf([0, 0, 5, 10, 30, 60, 102]),
        optimizer: oneOf(['adamw', 'adamw', 'adam', 'sgd']),
        augment: random() < 0.5,
        use_mixup: random() < 0.2,
        lr_stage2: oneOf([1e-5, 3e-5, 1e-4, 1e-3]),
        batch_size: oneOf([32, 64, 128]),
        image_size: oneOf([96, 160]),
        train_limit: oneOf([0, 4500, 10_000]),
        seed: number,
        epochs_stage1: 10,
        epochs_stage2: epochs - 10,
        name: `run ${number}`,
        notes: 'Generated for benchmarks with many runs.',
        tags: [oneOf(['sweep', 'baseline', 'night']), ...(isLong ? ['long'] : [])],
      });
      const createdAt = Date.UTC(2026, 0, 1) + number * 60_000;
      const id = createRunId(new Date(createdAt));
      const top = 0.7 + 0.25 * random();
      const seconds = 60 + 3000 * random();
      const generated = eventsOf(epochs, top, seconds, createdAt, random);
      const evaluated = generated.find((event) => event.type === 'evaluated')!;
      tx.insert(runs)
        .values({
          id,
          name: runName(config),
          config,
          createdAt,
          logFile: `run_${id}.json`,
          status: 'completed',
          test,
          startedAt: createdAt,
          finishedAt: createdAt + seconds * 1000,
          engine: 'cpu',
          valAccuracy: top,
          metrics: evaluated.metrics,
          timing: evaluated.timing,
        })
        .run();
      for (const event of generated) tx.insert(events).values({ runId: id, event }).run();
    }
  });
}

function eventsOf(epochs: number, top: number, seconds: number, at: number, random: () => number): RunEvent[] {
  const noise = (size: number) => size * (random() - 0.5);
  const trained = Array.from({ length: epochs }, (_, index): RunEvent => {
    const stage = index < 10 ? 1 : 2;
    const accuracy = top * (1 - 0.5 * Math.exp(-index / 8)) + noise(0.01);
    return {
      type: 'epoch',
      at,
      stage,
      epoch: stage === 1 ? index + 1 : index - 9,
      epochs,
      metrics: {
        accuracy,
        loss: 1.5 - accuracy,
        val_accuracy: accuracy + noise(0.02),
        val_loss: 1.6 - accuracy + noise(0.05),
        learning_rate: stage === 1 ? 1e-3 : 1e-5,
      },
      seconds: seconds / epochs,
      imagesPerSecond: 150 + noise(20),
    };
  });
  const metrics = {
    val_end2end: top,
    test_end2end: top - 0.01,
    val_tta: top + 0.004,
    test_tta: top - 0.005,
    val_stage1: top * 0.9,
    test_stage1: top * 0.9,
    val_loss: 1,
    test_loss: 1,
  };
  const timing = {
    feature_extract: seconds * 0.2,
    top_train: seconds * 0.1,
    end2end: seconds * 0.7,
    total: seconds,
    evaluation: 5,
    features_cached: false,
  };
  return [
    ...trained,
    {
      type: 'evaluated',
      at,
      metrics,
      timing,
      confusion: { plain: confusion, tta: confusion },
      classes: [...cifar10Classes],
    },
    { type: 'completed', at },
  ];
}

/** mulberry32 (Tommy Ettinger, 2017): a small seeded generator, within 0…1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
