'use client';

import { ChevronRight } from 'lucide-react';
import { cifar10Files } from '@/lib/data/data-files.ts';
import type { PartStatus } from '@/server/data/downloads.ts';
import { GetData } from './get-data.tsx';

/** Parts of the data that are not there, a button each, and how to do without the buttons. */
export function DataParts({ folder, parts }: { folder: string; parts: PartStatus[] }) {
  return (
    <>
      <div className="mt-3 grid gap-4">
        {parts.map((each) => (
          <GetData key={each.part} status={each} />
        ))}
      </div>
      <ByHand folder={folder} parts={parts} />
    </>
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
