import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A fake trainer for page tests: sends the events of a run with realistic numbers without training. It plays the scene
 * named by the run's first tag; without a tag, the run completes.
 */

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const images = { train: 9000, val: 1000, test: 2000 };
const send = (event) =>
  new Promise((resolve) => process.send({ at: Date.now(), ...event }, undefined, undefined, resolve));

let isCanceled = () => {};
const canceled = new Promise((resolve) => (isCanceled = resolve));

/** Scenes by tag. */
const scenes = {
  async completes(command) {
    await begin(command);
    await trainHead(command.config);
    await fineTune(command.config, command.config.epochs_stage2);
    await finish(command);
  },
  /** Stops halfway through stage 2 until it is canceled. */
  async stalls(command) {
    const { epochs_stage2: epochs } = command.config;
    await begin(command);
    await trainHead(command.config);
    await fineTune(command.config, Math.floor(epochs / 2));
    const progress = {
      type: 'progress',
      phase: 'finetune',
      total: images.train,
      epoch: Math.floor(epochs / 2) + 1,
      epochs,
    };
    const usage = { memory: 912e6, peakMemory: 1.1e9, cores: 1.9 };
    await send({ ...progress, done: images.train / 2, imagesPerSecond: 162, secondsLeft: 245, usage });
    await canceled;
    await send({ type: 'canceled' });
  },
  async fails(command) {
    await begin(command);
    console.error('Error: cannot allocate 1,204,224,000 bytes');
    const message = 'Memory ran out. Try a smaller batch_size or image_size.';
    await send({ type: 'failed', code: 'out-of-memory', message, lastLines: [] });
  },
  /** Sends the configured number of stage 1 epochs, five per second, with progress in between. */
  async 'streams epochs'({ config: { epochs_stage1: epochs } }) {
    await start();
    await send({ type: 'phase', phase: 'head' });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const progress = { type: 'progress', phase: 'head', total: images.train, epoch, epochs, imagesPerSecond: 45e3 };
      await send({ ...progress, done: images.train / 2, secondsLeft: (epochs - epoch) / 5 });
      await sleep(200);
      await sendEpoch({ stage: 1, epoch, epochs, share: 1 - Math.exp(-epoch / 80), imagesPerSecond: 45e3 });
    }
    await send({ type: 'completed' });
  },
};

async function start() {
  const test = { hash: 'abc', name: 'CIFAR-10, JPEG copy', images: images.test };
  const weightsFile = 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5';
  const engine = { engine: 'onnxruntime', device: 'cpu', threads: 2 };
  await send({ type: 'started', ...engine, weightsFile, test, images, trainedKernels: 15 });
}

async function begin() {
  await start();
  await send({ type: 'phase', phase: 'prepare' });
  console.log('9,000 training images, 1,000 for validation, 2,000 for the test');
  await send({ type: 'phase', phase: 'features' });
}

async function trainHead({ epochs_stage1: epochs }) {
  await send({ type: 'phase', phase: 'head' });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await sendEpoch({ stage: 1, epoch, epochs, share: 0.62 * (1 - Math.exp(-epoch / 2)), imagesPerSecond: 15e3 });
  }
  await send({ type: 'stage-ended', stage: 1, bestEpoch: epochs, stoppedEarly: false });
}

async function fineTune({ epochs_stage2: epochs }, count) {
  await send({ type: 'phase', phase: 'finetune' });
  for (let epoch = 1; epoch <= count; epoch++) {
    const share = 0.6 + 0.35 * (1 - Math.exp(-epoch / 4));
    await sendEpoch({ stage: 2, epoch, epochs, share, imagesPerSecond: 160 + 8 * Math.sin(epoch) });
  }
}

/** @param share training progress, from untrained (0) to perfect (1) */
async function sendEpoch({ share, ...epoch }) {
  const noise = 0.01 * Math.sin(7 * epoch.epoch);
  const metrics = {
    accuracy: 0.35 + 0.6 * share,
    loss: 2 - 1.6 * share,
    val_accuracy: 0.4 + 0.5 * share + noise,
    val_loss: 1.9 - 1.3 * share - noise,
    learning_rate: epoch.stage === 1 ? 1e-3 : 1e-5,
  };
  console.log(`stage ${epoch.stage}, epoch ${epoch.epoch} of ${epoch.epochs}: val_loss ${metrics.val_loss.toFixed(4)}`);
  await send({ type: 'epoch', ...epoch, metrics, seconds: images.train / epoch.imagesPerSecond });
}

async function finish({ runId, paths, config: { epochs_stage2: epochs } }) {
  await send({ type: 'stage-ended', stage: 2, bestEpoch: epochs, stoppedEarly: false });
  await send({ type: 'phase', phase: 'evaluation' });
  const confusion = { plain: matrixOf(157), tta: matrixOf(160) };
  const metrics = {
    val_stage1: 0.7712,
    test_stage1: 0.7625,
    val_end2end: 0.799,
    test_end2end: 0.785,
    val_tta: 0.806,
    test_tta: 0.8,
    val_loss: 0.71,
    test_loss: 0.74,
  };
  const timing = { feature_extract: 21.4, top_train: 12.1, end2end: 204, total: 237.5, evaluation: 14.2 };
  await send({ type: 'evaluated', metrics, timing: { ...timing, features_cached: false }, confusion, classes });
  await send({ type: 'phase', phase: 'export' });
  for (const file of ['cifar10.h5', 'cifar10.onnx', 'tfjs.zip', 'predictions.bin']) {
    writeFileSync(path.join(paths.results, runId, file), file);
    await send({ type: 'exported', file, bytes: file.length });
  }
  await send({ type: 'completed' });
}

/** A confusion matrix with this many of 200 images per class classified correctly. */
const matrixOf = (correct) =>
  classes.map((_, truth) =>
    classes.map((_, predicted) => (truth === predicted ? correct : wrong(correct, truth, predicted))),
  );

/** Distributes the errors of a class over the other nine; the next class gets the remainder. */
function wrong(correct, truth, predicted) {
  const [each, rest] = [Math.floor((200 - correct) / 9), (200 - correct) % 9];
  return each + (predicted === (truth + 1) % classes.length ? rest : 0);
}

process.on('disconnect', () => process.exit(1));
process.on('message', async (message) => {
  if (message.type === 'cancel') return isCanceled();
  if (message.type === 'start') await scenes[message.config.tags[0] ?? 'completes'](message);
  else if (message.type === 'export') {
    const { runId, paths } = message;
    writeFileSync(path.join(paths.results, runId, 'cifar10.h5'), 'HDF');
    await send({ type: 'exported', file: 'cifar10.h5', bytes: 3 });
    await send({ type: 'files-ready', stage: 2, epoch: 5 });
    await send({ type: 'completed' });
  } else await send({ type: 'completed' });
  process.exit(0);
});
