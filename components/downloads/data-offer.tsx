'use client';

import dynamic from 'next/dynamic';
import { originalNeeds } from '@/lib/data/data-files.ts';
import { isAwaited, lackingParts, notHere } from './data-status.ts';
import { useDataStatus } from './use-data-status.ts';

// Nothing lacks on most visits.
const DataParts = dynamic(() => import('./data-parts.tsx').then((module) => module.DataParts));

/**
 * What the original trained on, where it is not here: that everything works without, and how to get it. Nothing where all
 * is there.
 * @param onlyAsked shown only once someone has asked for a part of it
 */
export function DataOffer({ onlyAsked = false, className = '' }: { onlyAsked?: boolean; className?: string }) {
  const status = useDataStatus();
  const lacking = status ? lackingParts(status, originalNeeds) : [];
  if (!status || lacking.length === 0 || (onlyAsked && !lacking.some(isAwaited))) return null;
  return (
    <section className={`card p-4 ${className}`} aria-label="Missing data">
      <h2 className="font-semibold">{notHere(lacking)}</h2>
      <p className="mt-0.5 text-soft">
        Until then, runs begin with what comes with the app: sketch10, pictures drawn by code, and a small network that
        has learnt from drawn pictures, too. Nothing has to be downloaded for it.
      </p>
      <DataParts folder={status.folder} parts={lacking} />
    </section>
  );
}
