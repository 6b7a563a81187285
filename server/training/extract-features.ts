import { type Experiment, requestFor, type SplitRows } from './experiment.ts';

/**
 * Computes the frozen base's features of all three sets, or reads them from the cache.
 * @returns the features, and whether all of them were cached
 */
export async function extractFeatures(experiment: Experiment): Promise<{ features: SplitRows; cached: boolean }> {
  const { split, features, stage2Input, reporter, timeLeft } = experiment;
  const parts = ['train', 'val', 'test'] as const;
  const total = parts.reduce((sum, part) => sum + split[part].length, 0);
  const rows = {} as SplitRows;
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
    // The remaining time was spent compiling and writing the file.
    else timeLeft.advance('features', 'features', 0, (performance.now() - started) / 1000 - computing);
    cached &&= result.cached;
    rows[part] = result.rows;
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
  // Free its memory for stage 2, which runs other programs; evaluation compiles this one again if needed.
  if (stage2Input.kind !== 'features') await features.releaseProgram();
  return { features: rows, cached };
}
