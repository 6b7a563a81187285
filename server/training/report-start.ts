import path from 'node:path';
import { networkOf } from '@/lib/network/backbones.ts';
import { trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { phaseOfStage } from '@/lib/run/phases.ts';
import { sizesOf, testIdentity } from '@/server/model/dataset/split.ts';
import { DataError } from '@/server/model/errors.ts';
import { exportSampleImages } from './export-results.ts';
import type { PreparedRun } from './prepare.ts';

/**
 * Reports the engine and the data of a run, and the epoch from which it resumes; writes the sample images.
 * @throws DataError if the images have changed since the run started
 */
export async function reportStart(run: PreparedRun): Promise<void> {
  const { config, dataset, split, engine, reporter } = run;
  await reporter.emit({
    type: 'started',
    engine: engine.name,
    device: engine.device,
    threads: engine.threads,
    engines: run.verdicts,
    images: sizesOf(split),
    weightsFile: path.basename(run.weightsFile),
    test: testIdentity(dataset.test, split.test),
    classes: [...dataset.classes],
    trainedKernels: trainedConvolutions(networkOf(config), config.n_unfreeze).length,
    wall: [...run.sampleImages.labels],
  });
  if (run.resumeFrom || (run.attempt ?? 1) > 1) await reportResumed(run);
  await exportSampleImages(run);
}

/** Also subtracts completed epochs from the time left. */
async function reportResumed(run: PreparedRun): Promise<void> {
  const { resumeFrom, config, dataset, split, reporter, timeLeft } = run;
  const earlierEvents = run.state.told;
  const start = earlierEvents.find((event) => event.type === 'started');
  if (start && start.test.hash !== testIdentity(dataset.test, split.test).hash) {
    const message = 'The images have changed since this run started. Restore them, or start a new run.';
    throw new DataError('data-changed', message);
  }
  if (resumeFrom) {
    const { stage, epoch } = resumeFrom;
    const epochs = stage === 1 ? config.epochs_stage1 : config.epochs_stage2;
    timeLeft.resume(phaseOfStage(stage), epoch / Math.max(epoch, epochs));
  }
  await reporter.emit({
    type: 'resumed',
    stage: resumeFrom?.stage ?? 1,
    epoch: resumeFrom?.epoch ?? 0,
    told: earlierEvents.filter((event) => event.type === 'epoch' || event.type === 'stage-ended'),
  });
}
