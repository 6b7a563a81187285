import path from 'node:path';

/** Files that tests share, as absolute paths. */

export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** @param name relative to the project, with forward slashes */
export const inProject = (name: string): string => path.join(projectRoot, name);

/** A trainer that plays the scene named in a run's notes. */
export const scriptedTrainer = inProject('server/runs/fixtures/scripted-trainer.mjs');
/** The real trainer, with its process id in the run's folder. */
export const pidTrainer = inProject('server/runs/fixtures/pid-trainer.mjs');
/** A trainer that trains nothing and emits every kind of event. */
export const showingTrainer = inProject('tools/testing/showing-trainer.mjs');
/** The trainer as it is built. */
export const builtTrainer = inProject('dist/trainer/main.mjs');
/** Logs that the original script wrote. */
export const originalLogs = inProject('lib/logs/fixtures/original-logs');
/** Small logs of other scripts. */
export const foreignLogs = inProject('lib/logs/fixtures/foreign-logs');
/** The network's and its optimizer's reference numbers. */
export const referenceNumbers = inProject('server/bench/fixtures');
