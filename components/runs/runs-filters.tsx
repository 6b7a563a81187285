'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { RefObject } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import { PopoverButton, PopoverCheck } from '@/components/ui/popover-button.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { type Facet, facetFacts, facets } from '@/lib/runs/facets.ts';
import { isFiltered, type RunsState } from './runs-url.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface Props {
  state: RunsState;
  setState: SetRunsState;
  search: RefObject<HTMLInputElement | null>;
}

const inWords = (facet: Facet, value: string): string => facetFacts(facet).formatValue?.(value) ?? value;

/** Search, a panel for each filter, and a chip for each chosen value. */
export function RunsFilters({ state, setState, search }: Props) {
  const { data } = useQuery(useTRPC().dashboard.facets.queryOptions());
  const toggle = (facet: Facet, value: string) => {
    const before = state[facet].map(String);
    const after = before.includes(value) ? before.filter((each) => each !== value) : [...before, value];
    // The address keeps numbers as numbers; what comes from the server's own list is possible.
    void setState({ [facet]: facetFacts(facet).isInteger ? after.map(Number) : after } as Partial<RunsState>);
  };
  const clear = () => setState({ q: '', ...Object.fromEntries(facets.map((facet) => [facet, null])) });
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField
        text={state.q}
        onSearch={(q) => void setState({ q })}
        field={search}
        placeholder="Search  /"
        className="w-44 max-sm:w-full"
      />
      {facets.map((facet) => {
        const values = data?.[facet] ?? [];
        // With a single value there is nothing to choose.
        if (values.length < 2 && state[facet].length === 0) return null;
        return (
          <PopoverButton key={facet} label={facetFacts(facet).title} isActive={state[facet].length > 0}>
            {values.map(({ value, runs }) => (
              <PopoverCheck
                key={value}
                label={inWords(facet, value)}
                note={String(runs)}
                checked={state[facet].map(String).includes(value)}
                onChange={() => toggle(facet, value)}
              />
            ))}
          </PopoverButton>
        );
      })}
      {facets.flatMap((facet) =>
        state[facet].map((value) => (
          <button
            key={`${facet} ${value}`}
            type="button"
            onClick={() => toggle(facet, String(value))}
            className="inline-flex h-7 max-w-48 items-center gap-1 rounded-full bg-accent-soft px-2.5 text-accent text-xs hover:line-through"
            title={`Remove the filter ${facetFacts(facet).title}`}
          >
            <span className="truncate">{inWords(facet, String(value))}</span>
            <X size={12} aria-hidden />
          </button>
        )),
      )}
      {isFiltered(state) && (
        <button type="button" className="button h-7 px-2.5 text-xs" onClick={() => void clear()}>
          Show all
        </button>
      )}
    </div>
  );
}
