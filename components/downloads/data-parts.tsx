'use client';

import { ChevronRight } from 'lucide-react';
import { cifar10Files } from '@/lib/data/data-files.ts';
import type { PartStatus } from '@/server/data/downloads.ts';
import { GetData } from './get-data.tsx';

/** The missing parts of the data with a download button each, and instructions for a manual download. */
export function DataParts({ folder, parts }: { folder: string; parts: PartStatus[] }) {
  return (
    <>
      <div className="mt-3 grid gap-4">
        {parts.map((each) => (
          <GetData key={each.part} status={each} />
        ))}
      </div>
      <ManualDownload folder={folder} parts={parts} />
    </>
  );
}

/** For machines without network access, or without access to these hosts. */
function ManualDownload({ folder, parts }: { folder: string; parts: PartStatus[] }) {
  return (
    <details className="group mt-3" open={parts.some(({ state }) => state.is === 'failed') || undefined}>
      <summary className="flex w-fit list-none items-center gap-1 text-faint text-xs hover:text-ink">
        <ChevronRight size={14} className="transition-transform group-open:rotate-90" aria-hidden />
        Download manually
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
                and unpack it into <Path>{folder}</Path>. Its subfolder <Path>{cifar10Files.folder}</Path> must contain{' '}
                {cifar10Files.train[0]} to {cifar10Files.train.at(-1)} and {cifar10Files.test}.
              </>
            ) : (
              <>
                into <Path>{folder}</Path> and keep its file name.
              </>
            )}
          </li>
        ))}
        <li>
          Or run <Path>npm run get-data</Path> in the project folder.
        </li>
      </ul>
    </details>
  );
}

const Path = ({ children }: { children: string }) => (
  <code className="font-mono [overflow-wrap:anywhere]">{children}</code>
);
