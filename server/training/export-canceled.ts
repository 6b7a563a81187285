import { existsSync } from 'node:fs';
import path from 'node:path';
import { networkOf } from '@/lib/network/backbones.ts';
import type { TrainerCommand } from '@/lib/run/events.ts';
import { buildCanceledLog } from '@/lib/run/results-log.ts';
import { Canceled, DataError } from '@/server/model/errors.ts';
import { exportModel } from '@/server/model/export/model-files.ts';
import { trainedModel } from '@/server/model/export/trained-model.ts';
import { removePartialFiles } from '@/server/model/files/write-atomically.ts';
import { loadWeights, weightsFolder } from '@/server/model/network/weights.ts';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import { writeLog } from './export-results.ts';
import { type Emit, emitOutcome, type Outcome } from './telemetry/reporter.ts';

type ExportOptions = Omit<Extract<TrainerCommand, { type: 'export' }>, 'type'> & {
  emit: Emit;
  /** Aborting stops the export after the current file. */
  signal: AbortSignal;
};

/**
 * Writes a canceled run's model files, with the weights of its last complete epoch, and its log. Its trainer must have
 * exited. Emits `exported` for each file, `files-ready`, and the outcome; never throws.
 */
export const exportCanceled = (options: ExportOptions): Promise<Outcome> =>
  emitOutcome(options.emit, () => exportFiles(options));

async function exportFiles({ runId, config, paths, logFile, events, emit, signal }: ExportOptions): Promise<void> {
  const exported = async (file: string, bytes: number) => {
    await emit({ type: 'exported', at: Date.now(), file, bytes });
    if (signal.aborted) throw new Canceled();
  };
  const folder = path.join(paths.results, runId);
  const { stage, epoch, last } = await readCheckpoint(folder);
  await removePartialFiles(folder);

  // Use the run's original weights: a different file may have been added since.
  const started = events.find((event) => event.type === 'started');
  if (!started) throw new Error(`Run ${runId} never started, so there is nothing to export.`);
  const { weightsFile: name, classes } = started;
  const weightsFile = path.join(weightsFolder(paths.data, config), name);
  if (!existsSync(weightsFile)) {
    throw new DataError(
      'weights-missing',
      `This run’s pretrained weights are missing: put ${name} into ${path.dirname(weightsFile)}.`,
    );
  }
  const weights = await loadWeights(weightsFile, networkOf(config));
  const model = trainedModel(config, { weights, parameters: last, classes });
  await exportModel(folder, model, exported);
  const log = buildCanceledLog({ runId, config, events }, { stage, epoch });
  const file = logFile ?? path.join(paths.results, `run_${runId}.json`);
  await exported('run.json', await writeLog(file, log));
  await emit({ type: 'files-ready', at: Date.now(), stage, epoch });
}
