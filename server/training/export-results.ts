import path from 'node:path';
import { encodePredictions } from '@/lib/run/predictions.ts';
import { buildResultsLog } from '@/lib/run/results-log.ts';
import { labelsOf } from '@/server/model/dataset/dataset.ts';
import { exportModel } from '@/server/model/export/model-files.ts';
import { trainedModel } from '@/server/model/export/trained-model.ts';
import { writeAtomically } from '@/server/model/files/write-atomically.ts';
import { ensureCurrentAttempt } from './checkpoint/attempt.ts';
import type { Evaluation } from './evaluate.ts';
import type { PreparedRun } from './prepare.ts';
import { encodePng } from './sample-images.ts';

/** Writes a run's model files, its predictions for the test images and its log, and emits `exported` for each. */
export async function exportResults(run: PreparedRun, probabilities: Evaluation['probabilities']): Promise<void> {
  const { runId, config, dataset, split, weights, parameters, folder, events } = run;
  const { classes, test } = dataset;
  await ensureCurrentAttempt(folder, run.attempt);
  const model = trainedModel(config, { weights, parameters, classes });
  await exportModel(folder, model, (file, bytes) => reportExported(run, file, bytes));
  const predictions = encodePredictions(labelsOf(test, split.test), probabilities, classes.length);
  await exportFile(run, 'predictions.bin', predictions);
  await reportExported(run, 'run.json', await writeLog(run.logFile, buildResultsLog({ runId, config, events })));
}

/** Writes the sample images, whose predictions every epoch reports. */
export async function exportSampleImages(run: PreparedRun): Promise<void> {
  await exportFile(run, 'wall.png', await encodePng(run.sampleImages));
}

/** @returns the size in bytes */
export const writeLog = (file: string, log: object): Promise<number> =>
  writeAtomically(file, `${JSON.stringify(log, null, 2)}\n`);

async function exportFile(run: PreparedRun, name: string, content: Uint8Array): Promise<void> {
  await reportExported(run, name, await writeAtomically(path.join(run.folder, name), content));
}

/** @throws Canceled if the run was canceled or a later attempt has started */
async function reportExported({ reporter, folder, attempt }: PreparedRun, file: string, bytes: number): Promise<void> {
  await reporter.emit({ type: 'exported', file, bytes });
  reporter.throwIfCanceled();
  await ensureCurrentAttempt(folder, attempt);
}
