'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { ConfusionMatrix } from '@/components/charts/confusion-matrix.tsx';
import { useTRPC } from '@/components/live/trpc.ts';
import type { TrainConfigField } from '@/lib/config/field-table.ts';
import { formatAccuracy, formatCount, formatDuration } from '@/lib/format.ts';
import { bareSetting, describeAugmentation, isKnown, notInLog, settingOf } from '@/lib/run/known-settings.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import type { RunQueryInput } from '@/lib/runs/query.ts';
import { trainedImages } from '@/lib/runs/run-settings.ts';
import { runColour } from '@/lib/series/colours.ts';
import type { RunsState } from './runs-url.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface Props {
  query: RunQueryInput;
  state: RunsState;
  setState: SetRunsState;
}

/** The best of the selected or else of the filtered runs, with its config and confusion matrix. */
export function RunsBest({ query, state, setState }: Props) {
  const { selected, tested } = state;
  const input = { filter: query.filter, ...(selected.length > 0 && { ids: selected.slice(0, 200) }) };
  const { data: groups } = useQuery(
    useTRPC().dashboard.best.queryOptions(input, { placeholderData: keepPreviousData }),
  );
  const group = groups?.find(({ test }) => test.hash === tested) ?? groups?.[0];
  if (!groups || !group) return null;
  const { bestRun: run, confusion, classes } = group;
  return (
    <section className="card min-w-0 p-4" aria-label="Best run">
      <h2 className="font-semibold">
        Best by validation <span className="font-normal text-faint text-xs">of {scope(selected, group.runs)}</span>
      </h2>
      {groups.length > 1 ? (
        <label className="mt-1 block text-faint text-xs">
          tested on{' '}
          <select
            value={group.test.hash}
            onChange={({ target }) => setState({ tested: target.value })}
            className="rounded bg-panel text-soft"
          >
            {groups.map(({ test, runs }) => (
              <option key={test.hash} value={test.hash}>
                {test.name} ({formatCount(runs)})
              </option>
            ))}
          </select>
        </label>
      ) : (
        <p className="mt-0.5 text-faint text-xs">tested on {group.test.name}</p>
      )}
      <Link
        href={`/runs/${run.id}`}
        className="mt-2 flex min-w-0 items-center gap-2 font-medium text-[15px] hover:underline"
      >
        <span className="size-2.5 shrink-0 rounded-full" style={{ background: runColour(run) }} aria-hidden />
        <span className="truncate">{run.name}</span>
      </Link>
      <dl className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1">
        {figuresOf(run).map(([name, value]) => (
          <div key={name}>
            <dt className="text-faint text-xs">{name}</dt>
            <dd className="font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-1.5 text-soft text-xs">{describeConfig(run)}</p>
      {confusion && (
        <div className="mt-3 border-line border-t pt-3">
          <ConfusionMatrix key={run.id} confusion={confusion} classes={classes} test={run.test} isBrief />
        </div>
      )}
    </section>
  );
}

const scope = (selected: readonly string[], runs: number): string =>
  `${formatCount(runs)} ${selected.length > 0 ? 'selected' : runs === 1 ? 'run' : 'runs'}`;

const figuresOf = ({ valAccuracy, metrics, timing }: RunSummary): [string, string][] => [
  ['validation', formatAccuracy(valAccuracy)],
  ['test', formatAccuracy(metrics?.test_end2end)],
  ['test, TTA', formatAccuracy(metrics?.test_tta)],
  ['time', timing?.total == null ? '–' : formatDuration(timing.total)],
];

/** The settings of a run in one line; what an imported log does not contain is left out. */
function describeConfig(run: RunSummary): string {
  const text = (name: TrainConfigField) => bareSetting(run, name);
  const has = (name: TrainConfigField) => text(name) !== notInLog;
  const rates = (['lr_stage1', 'lr_stage2'] as const).filter(has).map(text);
  return [
    has('n_unfreeze') && (settingOf(run, 'n_unfreeze') === 0 ? 'frozen' : `N = ${text('n_unfreeze')}`),
    ...describeAugmentation(run).filter((word) => word !== notInLog),
    has('optimizer') && text('optimizer'),
    rates.length > 0 && `lr ${rates.join(' then ')}`,
    has('batch_size') && `batch ${text('batch_size')}`,
    has('image_size') && `${text('image_size')} px`,
    isKnown(run, 'dataset', 'train_limit') && `${trainedImages(run) ?? 'all'} images`,
    has('seed') && `seed ${text('seed')}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
