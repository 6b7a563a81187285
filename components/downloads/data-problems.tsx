'use client';

import type { DataNeeds } from '@/lib/data/data-files.ts';
import { DataParts } from './data-parts.tsx';
import { isRequested, isSingular, missingParts, missingTitle } from './data-status.ts';
import { useDataStatus } from './use-data-status.ts';

/** The data that a run needs and that is not downloaded, with download buttons; renders nothing when all of it is present. */
export function DataProblems({ needs }: { needs: DataNeeds }) {
  const status = useDataStatus();
  const missing = status ? missingParts(status, needs) : [];
  if (!status || missing.length === 0) return null;
  const pronoun = isSingular(missing) ? 'it' : 'them';
  return (
    <section className="card border-warn/40 p-4" aria-label="Missing data">
      <h2 className="font-semibold text-warn">{missingTitle(missing)}</h2>
      <p className="mt-0.5 text-soft">
        {missing.some(isRequested)
          ? `Runs that need ${pronoun} wait until the download has finished.`
          : `This run cannot train without ${pronoun}.`}
      </p>
      <DataParts folder={status.folder} parts={missing} />
    </section>
  );
}
