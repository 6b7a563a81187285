'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { formatBytes } from '@/lib/format.ts';

/** A line with the disk usage of results, cache and data, and how to free space. */
export function DiskUse() {
  // The server scans every file for this, so not on every visit.
  const { data } = useQuery(useTRPC().system.diskUse.queryOptions(undefined, { staleTime: 60_000 }));
  if (!data) return null;
  const { results, cache, data: sources, datasets, freeBytes } = data;
  const parts = [
    { ...results, name: 'results', note: ` (${formatBytes(results.checkpointBytes)} checkpoints)` },
    { ...cache, name: 'cache', note: ` of ${formatBytes(cache.limit)}` },
    { ...sources, name: 'data', note: '' },
    { ...datasets, name: 'your images', note: '' },
  ];
  return (
    <section className="mt-6 text-faint text-xs" aria-label="Disk use">
      Disk:{' '}
      {parts
        .filter(({ name, bytes }) => bytes > 0 || name === 'results')
        .map(({ name, folder, bytes, note }) => (
          <span key={name} title={folder}>
            {name} {formatBytes(bytes)}
            {note} ·{' '}
          </span>
        ))}
      <span title="Delete runs to free space; npm run cache -- --clear empties the cache">
        {formatBytes(freeBytes)} free
      </span>
    </section>
  );
}
