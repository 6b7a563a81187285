import { useWaitReason } from '@/components/downloads/use-data-status.ts';
import { StatusBadge } from '@/components/ui/status-badge.tsx';
import { formatTimeLeft } from '@/lib/format.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { describeQueuePosition, runShare } from '@/lib/run/progress.ts';
import type { RunSummary } from '@/lib/run/run.ts';

/** A run's status in a row, with the progress of a running run and the queue position of a waiting one. */
export function RunStatusCell({ run }: { run: RunSummary }) {
  if (run.status === 'queued') return <Waiting run={run} />;
  if (run.status !== 'running') {
    return (
      <span title={run.error ?? undefined}>
        <StatusBadge status={run.status} />
      </span>
    );
  }
  const { progress } = run;
  const share = runShare(run) ?? 0;
  const left = progress?.secondsLeft;
  return (
    <span className="block leading-4">
      <StatusBadge status={run.status} detail={progress ? `· ${phaseLabels[progress.phase].toLowerCase()}` : null} />
      <span className="flex items-center gap-2">
        <span className="h-1 flex-1 overflow-hidden rounded-full bg-raised">
          <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
        </span>
        <span className="whitespace-nowrap text-faint text-xs">{left == null ? '' : formatTimeLeft(left)}</span>
      </span>
    </span>
  );
}

function Waiting({ run }: { run: RunSummary }) {
  const reason = useWaitReason(run) ?? describeQueuePosition(run);
  return (
    <span className="block leading-4">
      <StatusBadge status={run.status} />
      {reason && (
        <span className="block truncate text-faint text-xs" title={reason}>
          {reason}
        </span>
      )}
    </span>
  );
}
