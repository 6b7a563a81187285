import { hasCurves } from './read-curve.ts';
import { isRecord } from './read-values.ts';

/** The parts of a log, wherever it has them. */
export interface LogSections {
  /** The complete log. */
  all: Readonly<Record<string, unknown>>;
  config: Readonly<Record<string, unknown>>;
  metrics: unknown;
  timing: unknown;
  /** The curves of each stage, and where they are in the log. */
  stages: Partial<Record<1 | 2, { section: unknown; place: string }>>;
}

/** Names of the stages in logs, in lower case without separators. */
const stageNames: Record<1 | 2, readonly string[]> = {
  1: ['stage1', 'phase1', 'head', 'top', 'toptrain', 'frozen', 'featureextraction', 'transfer', 'transferlearning'],
  2: ['stage2', 'phase2', 'finetune', 'finetuning', 'finetuned', 'end2end', 'unfrozen'],
};

/** Keys that are not settings when a log has its config at the top level. */
const sectionNames = [
  'config',
  'metrics',
  'curves',
  'history',
  'timing_sec',
  'confusion_matrix',
  'confusion_matrix_plain',
  'classes',
  'test',
  'images',
  'engine',
  'best_epoch',
  'finished_at',
  'status',
  'model_of',
];

const example = '{"config": {…}, "curves": {"stage1": {"loss": […], "val_accuracy": […]}}, "metrics": {…}}';

/**
 * Finds the parts of a log: of the original script, with its config at the top level, or a bare history of Keras or
 * PyTorch, which becomes stage 1.
 * @param notes receives which parts were left out
 * @throws Error whose message continues the file's name
 */
export function findSections(content: unknown, notes: string[]): LogSections {
  // A list of records per epoch.
  if (Array.isArray(content) && hasCurves(content)) return findSections({ history: content }, notes);
  if (!isRecord(content)) throw new Error(`is not a run log: it must be an object such as ${example}`);
  const { metrics, timing_sec: timing } = content;
  const history = content.curves ?? content.history ?? (hasCurves(content) ? content : undefined);
  const hasResults = isRecord(metrics) || content.confusion_matrix !== undefined;
  if (!isRecord(content.config) && !hasResults && history === undefined) {
    throw new Error(`is not a run log: it has no config, metrics or curves, such as ${example}`);
  }
  const isBare = history === content;
  const rest = Object.entries(content).filter(([key]) => !sectionNames.includes(key) && !isBare);
  const stages = findStages(history, isBare ? 'history' : content.curves ? 'curves' : 'history', notes);
  if (isRecord(content.config)) {
    if (rest.length > 0) notes.push(`left out: ${rest.map(([key]) => key).join(', ')}`);
    return { all: content, config: content.config, metrics, timing, stages };
  }
  if (content.config !== undefined && content.config !== null) notes.push('config left out: it is not an object');
  const settings = rest.filter(([, value]) => !isRecord(value));
  const others = rest.filter(([, value]) => isRecord(value)).map(([key]) => key);
  if (others.length > 0) notes.push(`left out: ${others.join(', ')}`);
  return { all: content, config: Object.fromEntries(settings), metrics, timing, stages };
}

function findStages(history: unknown, place: string, notes: string[]): LogSections['stages'] {
  if (history === undefined || history === null) return {};
  if (hasCurves(history)) {
    notes.push('a history without stages, shown as stage 1');
    return { 1: { section: history, place } };
  }
  if (!isRecord(history)) {
    notes.push(`${place} left out: it is not a set of curves`);
    return {};
  }
  const stages: LogSections['stages'] = {};
  for (const [key, section] of Object.entries(history)) {
    const name = key.toLowerCase().replace(/[\s_-]/g, '');
    const stage = ([1, 2] as const).find((each) => stageNames[each].includes(name));
    if (stage && !stages[stage]) stages[stage] = { section, place: `${place}.${key}` };
    else notes.push(`${place}.${key} left out: it is neither stage1 nor stage2`);
  }
  return stages;
}
