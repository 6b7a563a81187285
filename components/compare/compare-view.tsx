'use client';

import { useQueries } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { ConnectionNote } from '@/components/live/connection-note.tsx';
import { isNotFound, useTRPC } from '@/components/live/trpc.ts';
import { useFollow } from '@/components/live/use-follow.ts';
import { type ComparedRun, compareRuns } from '@/lib/compare/compared-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { CompareChoice } from './compare-choice.tsx';
import { CompareConfigs } from './compare-configs.tsx';
import { CompareCurves } from './compare-curves.tsx';
import { CompareMatrices } from './compare-matrices.tsx';
import { CompareParallel } from './compare-parallel.tsx';
import { CompareSamplePredictions } from './compare-sample-predictions.tsx';
import { CompareSeeds } from './compare-seeds.tsx';
import { CompareVerdicts } from './compare-verdicts.tsx';
import { useCompareState } from './use-compare-state.ts';

interface CompareViewProps {
  /** The existing runs among those in the URL. */
  details: RunDetail[];
}

/** Compares runs: verdicts first, then curves, results and configs. The complete state is in the URL. */
export function CompareView({ details: initialDetails }: CompareViewProps) {
  const trpc = useTRPC();
  const [state, change] = useCompareState();
  const { connected } = useFollow(null);
  const { details, missing, problem } = useQueries({
    queries: state.ids.map((id) => ({
      ...trpc.runs.get.queryOptions({ id }),
      initialData: initialDetails.find((run) => run.id === id),
      retry: (failures: number, error: unknown) => failures === 0 && !isNotFound(error),
    })),
    combine: (results) => ({
      details: results.flatMap(({ data }) => (data ? [data] : [])),
      missing: state.ids.filter((_, index) => isNotFound(results[index]?.error)),
      problem: results.find(({ error }) => error && !isNotFound(error))?.error?.message ?? null,
    }),
  });
  const before = useRef<readonly ComparedRun[]>([]);
  const compared = useMemo(() => compareRuns(details, before.current), [details]);
  before.current = compared;
  return (
    <main className="mx-auto max-w-[1500px] px-4 py-5">
      <h1 className="font-semibold text-lg">Compare</h1>
      <ConnectionNote connected={connected} />
      <CompareChoice
        compared={compared}
        ids={state.ids.filter((id) => !missing.includes(id))}
        onChange={(ids) => change({ ids })}
      />
      {missing.length > 0 && (
        <p role="alert" className="mt-2 text-bad">
          Runs not found: {missing.join(', ')}.
        </p>
      )}
      {problem && (
        <p role="alert" className="mt-2 text-bad">
          {problem}
        </p>
      )}
      {compared.length > 0 && (
        <div className="mt-4 grid gap-4">
          <CompareVerdicts compared={compared} state={state} onChange={change} />
          <CompareCurves compared={compared} state={state} onChange={change} />
          <CompareSeeds compared={compared} />
          <CompareConfigs compared={compared} state={state} onChange={change} />
          <CompareMatrices compared={compared} state={state} onChange={change} />
          <CompareParallel compared={compared} />
          <CompareSamplePredictions compared={compared} state={state} onChange={change} />
        </div>
      )}
    </main>
  );
}
