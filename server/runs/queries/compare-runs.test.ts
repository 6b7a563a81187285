import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import type { RunMetrics, TestIdentity } from '@/lib/run/metrics.ts';
import { encodePredictions } from '@/lib/run/predictions.ts';
import type { Context } from '@/server/context.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { compareRuns, type RunVerdict } from './compare-runs.ts';

const images = 200;
const labels = Uint8Array.from({ length: images }, (_, image) => image % 2);
const test: TestIdentity = { hash: 'a', name: 'CIFAR-10, JPEG copy', images };

/** Adds a run that classifies the first `correct` images correctly, and five more with test-time augmentation. */
function addRun(
  { db, env }: Context,
  id: string,
  correct: number,
  { seed = 42, hasPredictions = true, hash = 'a' } = {},
) {
  const probabilities = (count: number) =>
    [...labels].flatMap((label, image) => ((image < count ? label : 1 - label) === 0 ? [1, 0] : [0, 1]));
  const metrics = { test_end2end: correct / images, test_tta: (correct + 5) / images } as RunMetrics;
  const config = testConfig({ name: seed === 42 ? id : 'same', seed });
  const row = { id, name: config.name, config, createdAt: 0, logFile: `run_${id}.json`, status: 'completed' as const };
  db.insert(runs)
    .values({ ...row, metrics, test: { ...test, hash } })
    .run();
  const folder = path.join(env.paths.results, id);
  mkdirSync(folder, { recursive: true });
  const bytes = encodePredictions(labels, { plain: probabilities(correct), tta: probabilities(correct + 5) }, 2);
  if (hasPredictions) writeFileSync(path.join(folder, 'predictions.bin'), bytes);
  return folder;
}

describe('compareRuns', () => {
  it('compares the runs’ predictions, plain and with test-time augmentation', async () => {
    const services = openServices();
    addRun(services, 'n30', 160);
    addRun(services, 'frozen', 130);
    const [verdict] = await compareRuns(services, ['frozen', 'n30']);
    const { id, plain, tta } = verdict!;
    expect(id).toBe('n30');
    expect(plain).toMatchObject({ kind: 'paired', counts: { both: 130, onlyA: 30, onlyB: 0, neither: 40 } });
    expect(plain.sentence).toMatch(/^n30 beats frozen by 15\.0 points, 95 % interval .* not chance\.$/);
    expect(tta).toMatchObject({ kind: 'paired', counts: { both: 135, onlyA: 30, onlyB: 0, neither: 35 } });
  });

  it('compares accuracies if predictions are missing or damaged', async () => {
    const services = openServices();
    addRun(services, 'n30', 160);
    addRun(services, 'imported', 130, { hasPredictions: false });
    const [{ plain }] = (await compareRuns(services, ['imported', 'n30'])) as [RunVerdict];
    expect(plain).toMatchObject({ kind: 'unpaired', interval: { difference: expect.closeTo(0.15, 10) } });
    expect(plain.sentence).toContain('No per-image predictions for imported');
    writeFileSync(path.join(addRun(services, 'damaged', 130), 'predictions.bin'), 'TLPR');
    expect((await compareRuns(services, ['damaged', 'n30']))[0]!.plain.kind).toBe('unpaired');
  });

  it('distinguishes runs of the same name, and rejects other test images and unknown runs', async () => {
    const services = openServices();
    addRun(services, 'one', 160, { seed: 1 });
    addRun(services, 'two', 130, { seed: 2 });
    addRun(services, 'elsewhere', 130, { hash: 'b' });
    const [second, other] = await compareRuns(services, ['one', 'two', 'elsewhere']);
    expect(second!.plain.sentence).toMatch(/^same \(seed 1\) beats same \(seed 2\)/);
    expect(other!.plain.kind).toBe('none');
    await expect(compareRuns(services, ['one', 'gone'])).rejects.toThrow('There is no run gone');
  });
});
