'use client';

import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useTRPC } from './trpc.ts';

/** Says what is missing before a run can train, and where to get it; nothing where all is there. */
export function DataProblems() {
  const trpc = useTRPC();
  // Asked again and again: whoever reads this is putting the files in place.
  const { data } = useQuery(trpc.system.status.queryOptions(undefined, { refetchInterval: 5000 }));
  if (!data || data.data.problems.length === 0) return null;
  return (
    <section className="flex gap-3 rounded-lg border border-warn/40 bg-warn-soft p-4" aria-label="Missing data">
      <TriangleAlert size={16} className="mt-0.5 shrink-0 text-warn" aria-hidden />
      <div className="min-w-0">
        <h2 className="font-semibold text-warn">Runs cannot train yet</h2>
        <ul className="mt-1 space-y-1">
          {data.data.problems.map((problem) => (
            <li key={problem} className="break-words">
              {problem}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
