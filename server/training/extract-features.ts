import { type Experiment, requestFor, type SplitRows } from './experiment.ts';

/** The frozen base's features of all three sets, from disk where they were computed before. */
export async function extractFeatures(experiment: Experiment) {
  const { split, features, reporter, timeLeft } = experiment;
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
    // Compiling, and writing them down.
    else timeLeft.advance('features', 'features', 0, (performance.now() - started) / 1000 - computing);
    cached &&= result.cached;
    found[part] = result.rows;
  }
  timeLeft.finish('features');
  const evaluated = ['val', 'test'] as const;
  if (evaluated.every((part) => features.isKept(requestFor(experiment, part, true)))) {
    timeLeft.skip('evaluation', 'features');
  }
  await reporter.tell({
    type: 'features-kept',
    plain: parts.map((part) => features.fileName(split[part], false)),
    mirrored: evaluated.map((part) => features.fileName(split[part], true)),
  });
  return { features: found, cached };
}
