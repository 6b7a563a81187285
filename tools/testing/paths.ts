import path from 'node:path';

/** Absolute paths of files that tests share. */

export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** @param name relative to the project root, with forward slashes */
export const inProject = (name: string): string => path.join(projectRoot, name);

/** A fake trainer that plays the scene that the run is named after. */
export const scriptedTrainer = inProject('server/runs/fixtures/scripted-trainer.mjs');
/** The built trainer, which also logs its process id. */
export const pidTrainer = inProject('server/runs/fixtures/pid-trainer.mjs');
/** A fake trainer with realistic events for page tests. */
export const demoTrainer = inProject('tools/testing/demo-trainer.mjs');
/** The built trainer. */
export const builtTrainer = inProject('dist/trainer/main.mjs');
/** Logs written by the original script. */
export const originalLogs = inProject('lib/logs/fixtures/original-logs');
/** Small logs of other scripts. */
export const foreignLogs = inProject('lib/logs/fixtures/foreign-logs');
/** Reference numbers of the network and its optimizers. */
export const referenceNumbers = inProject('server/bench/fixtures');
