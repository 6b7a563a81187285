'use client';

import dynamic from 'next/dynamic';
import { originalNeeds } from '@/lib/data/data-files.ts';
import { isRequested, missingParts, missingTitle } from './data-status.ts';
import { useDataStatus } from './use-data-status.ts';

// Loaded on demand: on most visits nothing is missing.
const DataParts = dynamic(() => import('./data-parts.tsx').then((module) => module.DataParts));

/**
 * Offers to download what the original script trained on, and says what new runs use until then. Renders nothing once
 * everything is downloaded.
 * @param onlyRequested show it only after a download of a missing part was requested
 */
export function DataOffer({ onlyRequested = false, className = '' }: { onlyRequested?: boolean; className?: string }) {
  const status = useDataStatus();
  const missing = status ? missingParts(status, originalNeeds) : [];
  if (!status || missing.length === 0 || (onlyRequested && !missing.some(isRequested))) return null;
  return (
    <section className={`card p-4 ${className}`} aria-label="Missing data">
      <h2 className="font-semibold">{missingTitle(missing)}</h2>
      <p className="mt-0.5 text-soft">
        Until then, new runs use the bundled sketch10 dataset (images drawn by code) and a small backbone that was
        trained on drawn images. Neither needs a download.
      </p>
      <DataParts folder={status.folder} parts={missing} />
    </section>
  );
}
