'use client';

import { useEffect } from 'react';
import { RunSamplePredictions } from '@/components/charts/run-sample-predictions.tsx';
import { DataProblems } from '@/components/downloads/data-problems.tsx';
import { ConnectionNote } from '@/components/live/connection-note.tsx';
import { useLiveRun } from '@/components/live/use-live-run.ts';
import { formatShare } from '@/lib/format.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { describeQueuePosition, runShare } from '@/lib/run/progress.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { CheckpointNote } from './checkpoint-note.tsx';
import { InterruptionNote } from './interruption-note.tsx';
import { RunCharts } from './run-charts.tsx';
import { RunConfig } from './run-config.tsx';
import { RunFiles } from './run-files.tsx';
import { RunHeader } from './run-header.tsx';
import { RunLog } from './run-log.tsx';
import { RunOrigin } from './run-origin.tsx';
import { RunPhases } from './run-phases.tsx';
import { RunReproduce } from './run-reproduce.tsx';
import { RunReproduction } from './run-reproduction.tsx';
import { RunMatrix, RunResults } from './run-results.tsx';

/** The page of one run, live and after its end. Every section keeps its place as the run fills it. */
export function RunView({ initial }: { initial: RunDetail }) {
  const { run, connected } = useLiveRun(initial);
  const title = titleOf(run);
  // An imported log has no trainer, so no progress and no log lines.
  const isLog = run.status === 'imported';
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main data-run-status={run.status} className="mx-auto max-w-[1500px] px-4 py-5">
      <RunHeader run={run} />
      <ConnectionNote connected={connected} />
      <div className="mt-2 grid gap-4">
        {!isLog && (
          <section className="card p-4" aria-label="Progress">
            <RunPhases run={run} />
            <InterruptionNote run={run} />
            <CheckpointNote run={run} />
          </section>
        )}
        {(run.status === 'queued' || run.status === 'failed') && <DataProblems needs={run.config} />}
        <Failure run={run} />
        <RunReproduction run={run} />
        <RunReproduce run={run} />
        <RunCharts run={run} />
        <RunSamplePredictions run={run} />
        {/* Two columns on a wide screen; on a narrow one the results precede files, environment and config. */}
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(20rem,2fr)_3fr]">
          <div className="contents min-w-0 gap-4 lg:grid">
            <RunResults run={run} />
            <div className="order-1 grid min-w-0 gap-4">
              <RunFiles run={run} />
              <RunOrigin run={run} />
            </div>
          </div>
          <div className="contents min-w-0 gap-4 lg:grid">
            <RunMatrix run={run} />
            <div className="order-1 grid min-w-0 gap-4">
              <RunConfig run={run} />
              {!isLog && <RunLog run={run} />}
            </div>
          </div>
        </div>
      </div>
    </main>
  );
}

/** Why a run failed or was interrupted, and the last lines of its log. */
function Failure({ run: { status, error, logTail } }: { run: RunDetail }) {
  if (status !== 'failed' && status !== 'interrupted') return null;
  const reason = error ?? 'The server or the trainer exited while this run was training.';
  return (
    <section className="rounded-xl border border-bad/40 bg-bad-soft p-4" aria-label="Failure reason">
      <h2 className="font-semibold text-bad">{status === 'failed' ? 'This run failed' : 'This run was interrupted'}</h2>
      <p className="mt-1 break-words">{reason}</p>
      {logTail.length > 0 && (
        <pre className="mt-3 max-h-60 overflow-auto whitespace-pre-wrap break-words border-bad/30 border-t pt-3 font-mono text-soft text-xs">
          {logTail.slice(-12).join('\n')}
        </pre>
      )}
    </section>
  );
}

/** The tab's title, which shows progress while another tab is active. */
function titleOf(run: RunDetail): string {
  const { name, status, progress } = run;
  if (status === 'queued') return `${name}: ${describeQueuePosition(run) ?? status}`;
  if (status !== 'running') return `${name}: ${status}`;
  const share = runShare(run);
  if (!progress || share === null) return `${name}: running`;
  return `${formatShare(share)} ${phaseLabels[progress.phase].toLowerCase()} · ${name}`;
}
