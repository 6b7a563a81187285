import { z } from 'zod';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { diagonalShare } from '@/lib/run/confusion.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import type { LogFacts } from '@/lib/run/log-facts.ts';
import {
  type Confusion,
  type RunMetrics,
  type TestIdentity,
  type Timing,
  testIdentitySchema,
  timingKeyOf,
} from '@/lib/run/metrics.ts';
import { phaseOfStage } from '@/lib/run/phases.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import { firstRate } from './first-rates.ts';
import { readImportedConfig } from './imported-config.ts';
import { parseLenientJson } from './lenient-json.ts';
import { findSections, type LogSections } from './log-sections.ts';
import { readConfusion } from './read-confusion.ts';
import { type Curve, readCurve } from './read-curve.ts';
import { readMetrics, readTiming } from './read-metrics.ts';
import { cutText, readNumber } from './read-values.ts';

/**
 * Imports logs of the original script, whose format varies, logs of other scripts, and our own logs from other machines.
 * A log is converted to the config and the events of a run, so that it is displayed like any other run. What cannot be
 * read is left out with a note, and values that the log does not contain are null.
 */

/** Only our own logs contain these; anything else under the same names is ignored. */
const ownPartsSchema = z.object({
  classes: z.array(z.string().max(100)).nullish().catch(null),
  test: testIdentitySchema.nullish().catch(null),
  images: z.object({ train: z.number(), val: z.number(), test: z.number() }).nullish().catch(null),
  engine: z
    .object({ name: z.string(), device: z.string(), threads: z.number().nullable(), weights_file: z.string() })
    .nullish()
    .catch(null),
  best_epoch: z
    .object({ stage1: z.number().int().positive().nullable(), stage2: z.number().int().positive().nullable() })
    .nullish()
    .catch(null),
  finished_at: z.iso.datetime().nullish().catch(null),
});
type OwnParts = z.infer<typeof ownPartsSchema>;

export interface ImportedLog {
  /** The run id contained in our own logs; null for others. */
  runId: string | null;
  config: TrainConfig;
  facts: LogFacts;
  /** `imported` first, then the events that a trainer would have emitted. */
  events: RunEvent[];
  /** Null if the log has no evaluation results. */
  test: TestIdentity | null;
}

/** Logs without a test set identity share this one, because the original script only supported CIFAR-10. */
const unknownTest = { hash: 'unknown', name: 'unknown (imported)' } as const;

/** More notes than anyone reads. */
const maxNotes = 40;

interface LogFile {
  /** The file's name without folder; used as the run name if the log contains none. */
  file: string;
  /** Timestamp of the events if the log has no date, Unix ms. */
  at: number;
  /** What is already to be said about the file. */
  notes?: readonly string[];
}

/**
 * Reads a log.
 * @throws Error whose message continues the file's name: "is empty", "is not a run log: …"
 */
export function readImportedLog(text: string, { file, at, notes: fileNotes = [] }: LogFile): ImportedLog {
  const notes: string[] = [...fileNotes];
  const sections = findSections(parseLenientJson(text), notes);
  const own = ownPartsSchema.parse(sections.all);
  const runId =
    typeof sections.config.run_id === 'string' && isRunId(sections.config.run_id) ? sections.config.run_id : null;
  const curves = readStages(sections, notes);
  const { config, facts, isEmpty } = readImportedConfig(sections.config, {
    name: file.replace(/\.json$/i, ''),
    firstRates: { lr_stage1: firstRate(curves[1]), lr_stage2: firstRate(curves[2]) },
    isOwn: runId !== null,
  });
  notes.push(...facts.notes);
  const metrics = readMetrics(sections.metrics, notes);
  const timing = readTiming(sections.timing, notes);
  const confusion = readConfusion(sections.all, metrics.test_end2end, notes);
  const moment = own.finished_at ? Date.parse(own.finished_at) : at;
  const evaluated = evaluationOf({ metrics, timing, confusion, own, at: moment });
  const epochs = ([1, 2] as const).flatMap((stage) => epochsOf(curves[stage], { stage, timing, own, at: moment }));
  if (evaluated.length === 0 && epochs.length === 0 && isEmpty) {
    throw new Error(`has nothing that can be read${notes.length > 0 ? `: ${notes.slice(0, 3).join('; ')}` : ''}`);
  }
  const test = testOf(own, confusion, evaluated.length > 0);
  const allFacts: LogFacts = { ...facts, notes: notes.slice(0, maxNotes).map((note) => cutText(note, 300)) };
  const events: RunEvent[] = [
    { type: 'imported', at: moment, file, config: sections.config, facts: allFacts },
    ...startOf(own, { config, test, at: moment }),
    ...epochs,
    ...evaluated,
  ];
  return { runId, config, facts: allFacts, events, test };
}

type Curves = Record<1 | 2, Curve | null>;

function readStages({ stages, config }: LogSections, notes: string[]): Curves {
  const validationFreq = readNumber(config.validation_freq) ?? null;
  const read = (stage: 1 | 2) =>
    readCurve(stages[stage]?.section, { place: stages[stage]?.place ?? '', validationFreq, notes });
  return { 1: read(1), 2: read(2) };
}

function testOf({ test }: OwnParts, { plain, tta }: Confusion, isEvaluated: boolean): TestIdentity | null {
  if (test) return test;
  if (!isEvaluated) return null;
  return { ...unknownTest, images: (plain ?? tta)?.flat().reduce((sum, count) => sum + count, 0) ?? 10_000 };
}

interface Start {
  config: TrainConfig;
  test: TestIdentity | null;
  at: number;
}

/** The `started` event; only our own logs contain the engine and the image counts. */
function startOf({ engine, images, classes }: OwnParts, { config, test, at }: Start): RunEvent[] {
  if (!engine || !images) return [];
  const { name, device, threads, weights_file: weightsFile } = engine;
  const trainedKernels = trainedConvolutions(networkOf(config), config.n_unfreeze).length;
  return [
    {
      type: 'started',
      at,
      engine: name,
      device,
      threads,
      weightsFile,
      test: test ?? { ...unknownTest, images: images.test },
      images,
      trainedKernels,
      classes: classes ?? [...cifar10Classes],
    },
  ];
}

interface Stage {
  stage: 1 | 2;
  timing: Timing;
  own: OwnParts;
  at: number;
}

/** A stage's epochs, and its end if the log has the best epoch. */
function epochsOf(curve: Curve | null, { stage, timing, own, at }: Stage): RunEvent[] {
  if (!curve) return [];
  const count = curve.loss.length;
  const total = timing[timingKeyOf[phaseOfStage(stage)]];
  const epochs = Array.from({ length: count }, (_, index): RunEventOf<'epoch'> => {
    const value = (name: keyof Curve) => curve[name][index] ?? null;
    return {
      type: 'epoch',
      at,
      stage,
      epoch: index + 1,
      epochs: count,
      metrics: {
        accuracy: value('accuracy'),
        loss: value('loss'),
        val_accuracy: value('val_accuracy'),
        val_loss: value('val_loss'),
        learning_rate: value('learning_rate'),
      },
      // Logs contain only the time of a complete stage, so each epoch gets the mean.
      seconds: total === null ? null : total / count,
      imagesPerSecond: null,
    };
  });
  const bestEpoch = own.best_epoch?.[`stage${stage}`];
  if (!bestEpoch) return epochs;
  return [...epochs, { type: 'stage-ended', at, stage, bestEpoch, stoppedEarly: false }];
}

interface Evaluation {
  metrics: RunMetrics;
  timing: Timing;
  confusion: Confusion;
  own: OwnParts;
  at: number;
}

/** The `evaluated` event; none if the log has no evaluation results, as for a canceled run. */
function evaluationOf({ metrics, timing, confusion, own, at }: Evaluation): RunEvent[] {
  const matrix = confusion.plain ?? confusion.tta;
  if (!matrix && Object.values(metrics).every((value) => value === null)) return [];
  const ttaOfMatrix = confusion.tta && diagonalShare(confusion.tta);
  const size = matrix?.length ?? cifar10Classes.length;
  const names = [own.classes ?? [], cifar10Classes, Array.from({ length: size }, (_, label) => `class ${label}`)];
  return [
    {
      type: 'evaluated',
      at,
      metrics: { ...metrics, test_tta: metrics.test_tta ?? ttaOfMatrix },
      timing,
      confusion,
      classes: [...names.find((each) => each.length === size)!],
    },
  ];
}
