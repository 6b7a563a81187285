import { type Experiment, requestFor, type SplitRows } from './experiment.ts';

/**
 * The frozen base's features of all three sets, from disk where they were computed before.
 * @returns also whether none had to be computed
 */
export async function extractFeatures(experiment: Experiment): Promise<{ features: SplitRows; cached: boolean }> {
  const { split, features, stage2Input, reporter, timeLeft } = experiment;
  const parts = ['train', 'val', 'test'] as const;
  const total = parts.reduce((sum, part) => sum + split[part].length, 0);
  const found = {} as SplitRows;
  let done = 0;
  let cached = true;
  for (const part of parts) {
    const started = performance.now();
    let computed = 0;
    let computing = 0;
    const result = await features.get(requestFor(experiment, part), async (count, seconds) => {
      computed += count;
      done += count;
      computing += seconds;
      timeLeft.advance('features', 'features', count, seconds);
      await reporter.progress({ done, total, imagesPerSecond: (computed * 1000) / (performance.now() - started) });
    });
    if (result.cached) done += split[part].length;
    // Compiling, and writing the file.
    else timeLeft.advance('features', 'features', 0, (performance.now() - started) / 1000 - computing);
    cached &&= result.cached;
    found[part] = result.rows;
  }
  timeLeft.finish('features');
  const evaluated = ['val', 'test'] as const;
  if (evaluated.every((part) => features.isCached(requestFor(experiment, part, true)))) {
    timeLeft.skip('evaluation', 'features');
  }
  await reporter.emit({
    type: 'features-kept',
    plain: parts.map((part) => features.fileName(split[part], false)),
    mirrored: evaluated.map((part) => features.fileName(split[part], true)),
  });
  // Stage 2 uses other programs; until evaluation, its memory is of more use to them.
  if (stage2Input.kind !== 'features') await features.releaseProgram();
  return { features: found, cached };
}
