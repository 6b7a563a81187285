import type { Phase, RunEvent, RunEventOf } from '@/lib/run/events.ts';

/** What a run looks like on a terminal: a line for what has happened, and one that is redrawn for what is happening. */

const phaseNames: Record<Phase, string> = {
  prepare: 'Preparing',
  features: 'Features',
  head: 'Stage 1',
  finetune: 'Stage 2',
  evaluation: 'Evaluation',
  export: 'Export',
};

/** The lines that an event leaves on the terminal; most leave none. */
export function linesOf(event: RunEvent): string[] {
  switch (event.type) {
    case 'started': {
      const { engine, device, threads, images, test, weightsFile, trainedKernels } = event;
      const count = (images: number) => images.toLocaleString('en');
      return [
        `Engine      ${engine}: ${device}${threads ? `, ${threads} threads` : ''}`,
        `Images      ${count(images.train)} training, ${count(images.val)} validation, ${count(images.test)} test (${test.name})`,
        `Weights     ${weightsFile}; of its kernels stage 2 trains ${trainedKernels || 'none'}`,
      ];
    }
    case 'phase':
      return [`${phaseNames[event.phase]}${event.note ? ` (${event.note})` : ''}`];
    case 'epoch':
      return [epochLine(event)];
    case 'stage-ended': {
      const why = event.stoppedEarly ? 'stopped early: validation loss stalled' : 'done';
      return [`Stage ${event.stage} ${why}; epoch ${event.bestEpoch} is kept`];
    }
    case 'evaluated': {
      const { metrics, timing } = event;
      return [
        `Validation  ${percent(metrics.val_end2end)}, with test-time augmentation ${percent(metrics.val_tta)}`,
        `Test        ${percent(metrics.test_end2end)}, with test-time augmentation ${percent(metrics.test_tta)}`,
        `Time        ${duration(timing.total)}, of it features ${duration(timing.feature_extract)}${timing.features_cached ? ' (cached)' : ''}, stage 1 ${duration(timing.top_train)}, stage 2 ${duration(timing.end2end)}${timing.frozen_cached ? ' (its frozen part cached)' : ''}`,
      ];
    }
    case 'failed':
      return [`Failed: ${event.message}`];
    case 'canceled':
      return ['Canceled'];
    case 'resumed':
      return [event.epoch === 0 ? 'Starts over' : `Resumes after epoch ${event.epoch} of stage ${event.stage}`];
    case 'checkpoints':
      return [event.problem ?? 'Checkpoints are written again'];
    case 'files-ready':
      return [`Files written from the weights of stage ${event.stage}, epoch ${event.epoch}`];
    default:
      return [];
  }
}

/** An epoch as Keras prints it. */
function epochLine({ stage, epoch, epochs, metrics, seconds }: RunEventOf<'epoch'>): string {
  const figure = (value: number | null) => value?.toFixed(4) ?? 'NaN';
  return [
    `Stage ${stage} epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    duration(seconds).padStart(6),
    `accuracy ${figure(metrics.accuracy)}`,
    `loss ${figure(metrics.loss)}`,
    `val_accuracy ${figure(metrics.val_accuracy)}`,
    `val_loss ${figure(metrics.val_loss)}`,
    `learning_rate ${metrics.learning_rate === null ? '–' : Number(metrics.learning_rate.toPrecision(3))}`,
  ].join('  ');
}

/** The line that is redrawn; at most `columns` long, because a longer one would leave its first half behind. */
export function progressLine(
  { phase, part, done, total, epoch, epochs, imagesPerSecond, secondsLeft }: RunEventOf<'progress'>,
  columns: number,
): string {
  const width = 24;
  const share = total > 0 ? Math.min(done / total, 1) : 0;
  const filled = Math.round(share * width);
  return [
    `${phaseNames[phase]}${part ? ' frozen layers' : ''}${epoch ? ` epoch ${epoch}/${epochs}` : ''}`,
    `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${Math.floor(share * 100)} %`,
    imagesPerSecond === null ? '' : `${Math.round(imagesPerSecond)} images/s`,
    secondsLeft === null ? '' : `${duration(secondsLeft)} left`,
  ]
    .filter(Boolean)
    .join('  ')
    .slice(0, columns - 1);
}

const percent = (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(2)} %`);

/** 5.2 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
