'use client';
import { useQuery } from '@tanstack/react-query';
import { EngineList } from './engine-list.tsx';
import { useTRPC } from './trpc.ts';

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
      <EngineList verdicts={data.verdicts} taken={data.machine.engine} />
    </div>
  );
}
