'use client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import { EngineList } from '@/components/ui/engine-list.tsx';

/** Under the form's choice of engine: what `auto` takes here, and why not the others. */
export function EngineNotes() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.engines.queryOptions());
  if (!data) return null;
  return (
    <div className="mt-2">
      <p className="mb-1 text-soft text-xs">
        auto takes <span className="font-medium">{data.machine.engine}</span> here, on {data.machine.device}.
      </p>
      <EngineList verdicts={data.verdicts} selected={data.machine.engine} />
    </div>
  );
}
