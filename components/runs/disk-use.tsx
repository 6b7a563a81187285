'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { formatBytes } from '@/lib/format.ts';

/** How much of the disk is ours, where, and what makes room: a line at the foot. */
export function DiskUse() {
  // Every file is looked at for it: not again at each visit.
  const { data } = useQuery(useTRPC().system.diskUse.queryOptions(undefined, { staleTime: 60_000 }));
  if (!data) return null;
  const { results, cache, data: sources, datasets, freeBytes } = data;
  const parts = [
    { ...results, name: 'results', note: `, ${formatBytes(results.checkpointBytes)} of it checkpoints` },
    { ...cache, name: 'cache', note: ` of at most ${formatBytes(cache.limit)}` },
    { ...sources, name: 'data', note: '' },
    { ...datasets, name: 'own images', note: '' },
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
      <span title="Deleting runs makes room; npm run cache -- --clear empties the cache">
        {formatBytes(freeBytes)} free
      </span>
    </section>
  );
}
