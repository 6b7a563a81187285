'use client';

import { ChevronRight } from 'lucide-react';
import { cifar10Files, type DataNeeds, partTitle } from '@/lib/data-files.ts';
import type { PartStatus } from '@/server/data/downloads.ts';
import { GetData } from './get-data.tsx';
import { isAwaited, lackingParts } from './prepare-data.ts';
import { useDataStatus } from './use-data-status.ts';

/** What a run lacks before it can train, and how to get it; nothing where all is there. */
export function DataProblems({ needs, className = '' }: { needs: DataNeeds; className?: string }) {
  const status = useDataStatus();
  const lacking = status ? lackingParts(status, needs) : [];
  if (!status || lacking.length === 0) return null;
  const titles = lacking.map(({ part }) => partTitle(part)).join(' and ');
  const isOne = titles === 'CIFAR-10';
  return (
    <section className={`card border-warn/40 p-4 ${className}`} aria-label="Missing data">
      <h2 className="font-semibold text-warn">
        {titles} {isOne ? 'is' : 'are'} not here yet
      </h2>
      <p className="mt-0.5 text-soft">
        {lacking.some(isAwaited)
          ? `Runs wait until ${isOne ? 'it is' : 'they are'} here.`
          : `No run can train without ${isOne ? 'it' : 'them'}.`}
      </p>
      <div className="mt-3 grid gap-4">
        {lacking.map((each) => (
          <GetData key={each.part} status={each} />
        ))}
      </div>
      <ByHand folder={status.folder} parts={lacking} />
    </section>
  );
}

/** For machines that reach no network, or not this one. */
function ByHand({ folder, parts }: { folder: string; parts: PartStatus[] }) {
  return (
    <details className="group mt-3" open={parts.some(({ state }) => state.is === 'failed') || undefined}>
      <summary className="flex w-fit list-none items-center gap-1 text-faint text-xs hover:text-ink">
        <ChevronRight size={14} className="transition-transform group-open:rotate-90" aria-hidden />
        By hand
      </summary>
      <ul className="mt-1.5 list-disc space-y-1.5 break-words pl-5 text-soft text-xs">
        {parts.map(({ part, url }) => (
          <li key={part}>
            Download{' '}
            <a href={url} className="break-all text-accent underline">
              {url}
            </a>{' '}
            {part === 'cifar10' ? (
              <>
                and unpack it in <Path>{folder}</Path>, so that <Path>{cifar10Files.folder}</Path> in it holds{' '}
                {cifar10Files.train[0]} to {cifar10Files.train.at(-1)} and {cifar10Files.test}.
              </>
            ) : (
              <>
                into <Path>{folder}</Path>, under its own name.
              </>
            )}
          </li>
        ))}
        <li>
          Or in a terminal, in the project’s folder: <Path>npm run get-data</Path>
        </li>
      </ul>
    </details>
  );
}

const Path = ({ children }: { children: string }) => (
  <code className="font-mono [overflow-wrap:anywhere]">{children}</code>
);
