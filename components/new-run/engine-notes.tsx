'use client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { EngineList } from '@/components/ui/engine-list.tsx';

/** Below the engine menu: the engine that `auto` selects, and the test result of every engine. */
export function EngineNotes() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.engines.queryOptions());
  if (!data) return null;
  return (
    <div className="mt-2">
      <p className="mb-1 text-soft text-xs">
        auto selects <span className="font-medium">{data.machine.engine}</span> on this machine ({data.machine.device}).
      </p>
      <EngineList verdicts={data.verdicts} selected={data.machine.engine} />
    </div>
  );
}
