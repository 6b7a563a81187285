'use client';

import type { DataNeeds } from '@/lib/data/data-files.ts';
import { DataParts } from './data-parts.tsx';
import { isAwaited, isOne, lackingParts, notHere } from './data-status.ts';
import { useDataStatus } from './use-data-status.ts';

/** What a run lacks before it can train, and how to get it; nothing where all is there. */
export function DataProblems({ needs }: { needs: DataNeeds }) {
  const status = useDataStatus();
  const lacking = status ? lackingParts(status, needs) : [];
  if (!status || lacking.length === 0) return null;
  return (
    <section className="card border-warn/40 p-4" aria-label="Missing data">
      <h2 className="font-semibold text-warn">{notHere(lacking)}</h2>
      <p className="mt-0.5 text-soft">
        {lacking.some(isAwaited)
          ? `Runs like this wait until ${isOne(lacking) ? 'it is' : 'they are'} here.`
          : `A run like this cannot train without ${isOne(lacking) ? 'it' : 'them'}.`}
      </p>
      <DataParts folder={status.folder} parts={lacking} />
    </section>
  );
}
