'use client';

import { useWaitReason } from '@/components/downloads/use-data-status.ts';
import { StatusBadge } from '@/components/ui/status-badge.tsx';
import { useNow } from '@/components/ui/use-now.ts';
import { formatAgo, formatDuration, formatMoment, formatTimeLeft } from '@/lib/format.ts';
import { describeActivity, describeQueuePosition } from '@/lib/run/progress.ts';
import { isFinishedEarly } from '@/lib/run/reduce-run.ts';
import { type RunDetail, secondsBetween } from '@/lib/run/run.ts';
import { NotifySwitch } from './notify-switch.tsx';
import { RunActions } from './run-actions.tsx';
import { RunName, RunNotes } from './run-labels.tsx';

/** A run's name, status, notes, tags and actions. */
export function RunHeader({ run }: { run: RunDetail }) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0">
        <RunName run={run} />
        <p className="mt-1 flex min-h-5 flex-wrap items-center gap-x-2 text-soft text-sm">
          <StatusBadge status={run.status} />
          <StatusLine run={run} />
        </p>
        <RunNotes run={run} />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <NotifySwitch run={run} />
        <RunActions run={run} />
      </div>
    </div>
  );
}

/** Queue position, current activity and time left, or duration; and when the run was created, started or ended. */
function StatusLine({ run }: { run: RunDetail }) {
  const now = useNow(1000);
  const waitReason = useWaitReason(run);
  const { status, progress, createdAt, startedAt, finishedAt } = run;
  const facts: { text: string; title?: string }[] = [];
  if (status === 'queued') {
    const reason = waitReason ?? describeQueuePosition(run);
    if (reason !== null) facts.push({ text: reason });
  } else if (status === 'running') {
    facts.push({ text: describeActivity(run) });
    if (progress?.imagesPerSecond != null) facts.push({ text: `${Math.round(progress.imagesPerSecond)} images/s` });
    if (progress?.secondsLeft != null) {
      facts.push({ text: formatTimeLeft(progress.secondsLeft), title: 'If no stage stops early' });
    }
  } else if (startedAt && finishedAt) {
    if (isFinishedEarly(run)) facts.push({ text: 'finished early', title: 'Training was ended before its last epoch' });
    const seconds = secondsBetween(startedAt, finishedAt);
    facts.push({ text: `after ${formatDuration(seconds)}`, title: `${seconds.toFixed(1)} s` });
  }
  const moment = finishedAt ?? startedAt ?? createdAt;
  const verb = finishedAt ? 'ended' : startedAt ? 'started' : 'created';
  // Only in the browser: its clock and time zone may differ from the server's.
  if (now !== null) facts.push({ text: `${verb} ${formatAgo(moment, now)}`, title: formatMoment(moment) });
  return facts.map(({ text, title }) => (
    <span key={text} title={title} className="before:mr-2 before:text-faint before:content-['·']">
      {text}
    </span>
  ));
}
