'use client';

import { useWaitsFor } from '@/components/downloads/use-data-status.ts';
import { StatusBadge } from '@/components/ui/status-badge.tsx';
import { useNow } from '@/components/ui/use-now.ts';
import { formatAgo, formatDuration, formatMoment, formatTimeLeft } from '@/lib/format.ts';
import { activityOf, placeInLine } from '@/lib/run/progress.ts';
import { type RunDetail, secondsBetween } from '@/lib/run/run.ts';
import { NotifySwitch } from './notify-switch.tsx';
import { RunActions } from './run-actions.tsx';
import { RunName, RunNotes } from './run-labels.tsx';

/** Which run this is, where it stands, and what can be done about it. */
export function RunHeader({ run }: { run: RunDetail }) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0">
        <RunName run={run} />
        <p className="mt-1 flex min-h-5 flex-wrap items-center gap-x-2 text-soft text-sm">
          <StatusBadge status={run.status} />
          <Standing run={run} />
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

/** One line: what it does now and how long that takes; or when it ended. */
function Standing({ run }: { run: RunDetail }) {
  const now = useNow(1000);
  const waitsFor = useWaitsFor(run);
  const { status, progress, createdAt, startedAt, finishedAt } = run;
  const facts: { text: string; title?: string }[] = [];
  if (status === 'queued') {
    const reason = waitsFor ?? placeInLine(run);
    if (reason !== null) facts.push({ text: reason });
  } else if (status === 'running') {
    facts.push({ text: activityOf(run) });
    if (progress?.imagesPerSecond != null) facts.push({ text: `${Math.round(progress.imagesPerSecond)} images/s` });
    if (progress?.secondsLeft != null) {
      facts.push({ text: formatTimeLeft(progress.secondsLeft), title: 'if every epoch runs' });
    }
  } else if (startedAt && finishedAt) {
    const seconds = secondsBetween(startedAt, finishedAt);
    facts.push({ text: `after ${formatDuration(seconds)}`, title: `${seconds.toFixed(1)} s` });
  }
  const moment = finishedAt ?? startedAt ?? createdAt;
  const verb = finishedAt ? 'ended' : startedAt ? 'started' : 'created';
  // Clocks and time zones differ between server and browser: said only there.
  if (now !== null) facts.push({ text: `${verb} ${formatAgo(moment, now)}`, title: formatMoment(moment) });
  return facts.map(({ text, title }) => (
    <span key={text} title={title} className="before:mr-2 before:text-faint before:content-['·']">
      {text}
    </span>
  ));
}
