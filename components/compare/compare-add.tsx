import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import { PopoverButton } from '@/components/ui/popover-button.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { formatAccuracy, formatCount, formatMoment } from '@/lib/format.ts';

/** Runs listed at a time; others can be found by searching. */
const maxShown = 20;

interface CompareAddProps {
  /** Ids of the runs already compared. */
  ids: readonly string[];
  onAdd: (id: string) => void;
}

/** A search panel that adds runs to the comparison. It stays open so that several can be added. */
export function CompareAdd(props: CompareAddProps) {
  return (
    <PopoverButton
      label={
        <>
          <Plus size={13} aria-hidden />
          Add run
        </>
      }
    >
      <FoundRuns {...props} />
    </PopoverButton>
  );
}

function FoundRuns({ ids, onAdd }: CompareAddProps) {
  const trpc = useTRPC();
  const [search, setSearch] = useState('');
  const field = useRef<HTMLInputElement>(null);
  // More than needed, because those already compared are filtered out.
  const limit = Math.min(200, maxShown + ids.length);
  const { data } = useQuery(
    trpc.runs.list.queryOptions({ filter: { search }, limit }, { placeholderData: keepPreviousData }),
  );
  const others = (data?.runs ?? []).filter(({ id }) => !ids.includes(id)).slice(0, maxShown);
  const compared = (data?.runs ?? []).filter(({ id }) => ids.includes(id)).length;
  const left = (data?.total ?? 0) - compared - others.length;
  return (
    <>
      <SearchField text={search} onSearch={setSearch} field={field} placeholder="Search" className="w-64" />
      <ul className="mt-1 w-64">
        {others.map(({ id, name, valAccuracy, createdAt }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onAdd(id)}
              className="w-full rounded px-1.5 py-1 text-left hover:bg-raised"
            >
              <span className="flex items-baseline gap-2">
                <span className="min-w-0 grow truncate">{name}</span>
                <span className="shrink-0 text-soft text-xs">{formatAccuracy(valAccuracy)}</span>
              </span>
              <span className="block text-faint text-xs">{formatMoment(createdAt).slice(0, -3)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="px-1.5 py-1 text-faint text-xs empty:hidden" role="status">
        {data && others.length === 0 && (search === '' ? 'No other runs.' : 'No other matching runs.')}
        {left > 0 && `${formatCount(left)} more; search to find them.`}
      </p>
    </>
  );
}
