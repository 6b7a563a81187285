import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { type Timing, timingKeyOf } from '@/lib/run/metrics.ts';
import { phaseLabels, phaseOfStage } from '@/lib/run/phases.ts';

/** Terminal output of a run: a line for each milestone, and a progress line that is redrawn. */

const stageLabel = (stage: 1 | 2): string => phaseLabels[phaseOfStage(stage)];

/** The lines to print for an event; most events have none. */
export function linesOf(event: RunEvent): string[] {
  switch (event.type) {
    case 'started': {
      const { engine, device, threads, images, test, weightsFile, trainedKernels } = event;
      const count = (images: number) => images.toLocaleString('en');
      return [
        `Engine      ${engine}: ${device}${threads ? `, ${threads} threads` : ''}`,
        `Images      ${count(images.train)} training, ${count(images.val)} validation, ${count(images.test)} test (${test.name})`,
        `Weights     ${weightsFile}; fine-tuning trains ${trainedKernels || 'no'} conv ${trainedKernels === 1 ? 'layer' : 'layers'}`,
      ];
    }
    case 'phase':
      return [`${phaseLabels[event.phase]}${event.note ? ` (${event.note})` : ''}`];
    case 'epoch':
      return [epochLine(event)];
    case 'stage-ended': {
      return [`${stageLabel(event.stage)} ${endOf(event)}; restored the weights of epoch ${event.bestEpoch}`];
    }
    case 'finished-early':
      return ['Finished early on request'];
    case 'evaluated': {
      const { metrics, timing } = event;
      return [
        `Validation  ${percent(metrics.val_end2end)}, with test-time augmentation ${percent(metrics.val_tta)}`,
        `Test        ${percent(metrics.test_end2end)}, with test-time augmentation ${percent(metrics.test_tta)}`,
        `Time        ${duration(timing.total)}: ${timingParts(timing).join(', ')}`,
      ];
    }
    case 'failed':
      return [`Failed: ${event.message}`];
    case 'canceled':
      return ['Canceled'];
    case 'resumed':
      return [
        event.epoch === 0
          ? 'Restarting'
          : `Resuming after epoch ${event.epoch} of ${stageLabel(event.stage).toLowerCase()}`,
      ];
    case 'checkpoints':
      return [event.problem ?? 'Checkpoints can be written again'];
    case 'files-ready':
      return [
        `Exported model files with the weights of ${stageLabel(event.stage).toLowerCase()}, epoch ${event.epoch}`,
      ];
    default:
      return [];
  }
}

function endOf({ stoppedEarly, finishedEarly }: RunEventOf<'stage-ended'>): string {
  if (finishedEarly) return 'ended early on request';
  return stoppedEarly ? 'stopped early: validation loss stalled' : 'done';
}

function timingParts(timing: Timing): string[] {
  const cached = {
    features: timing.features_cached ? ' (cached)' : '',
    head: '',
    finetune: timing.frozen_cached ? ' (frozen part cached)' : '',
  };
  return (['features', 'head', 'finetune'] as const).map(
    (phase) => `${phaseLabels[phase].toLowerCase()} ${duration(timing[timingKeyOf[phase]])}${cached[phase]}`,
  );
}

/** An epoch in the style of Keras. */
function epochLine({ stage, epoch, epochs, metrics, seconds }: RunEventOf<'epoch'>): string {
  const figure = (value: number | null) => value?.toFixed(4) ?? 'NaN';
  return [
    `${stageLabel(stage)} epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    duration(seconds).padStart(6),
    `accuracy ${figure(metrics.accuracy)}`,
    `loss ${figure(metrics.loss)}`,
    `val_accuracy ${figure(metrics.val_accuracy)}`,
    `val_loss ${figure(metrics.val_loss)}`,
    `learning_rate ${metrics.learning_rate === null ? '–' : Number(metrics.learning_rate.toPrecision(3))}`,
  ].join('  ');
}

/** The progress line; shorter than `columns`, because a wrapped line cannot be redrawn. */
export function progressLine(
  { phase, part, done, total, epoch, epochs, imagesPerSecond, secondsLeft }: RunEventOf<'progress'>,
  columns: number,
): string {
  const width = 24;
  const share = total > 0 ? Math.min(done / total, 1) : 0;
  const filled = Math.round(share * width);
  return [
    `${phaseLabels[phase]}${part ? ' frozen layers' : ''}${epoch ? ` epoch ${epoch}/${epochs}` : ''}`,
    `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${Math.floor(share * 100)} %`,
    imagesPerSecond === null ? '' : `${Math.round(imagesPerSecond)} images/s`,
    secondsLeft === null ? '' : `${duration(secondsLeft)} left`,
  ]
    .filter(Boolean)
    .join('  ')
    .slice(0, columns - 1);
}

const percent = (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(2)} %`);

/** `5.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
