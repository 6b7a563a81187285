'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { RefObject } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import { PopoverButton, PopoverCheck } from '@/components/ui/popover-button.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { type Facet, facetFacts, facets } from '@/lib/runs/facets.ts';
import { clearedFilters, isFiltered, type RunsState } from './runs-url.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface Props {
  state: RunsState;
  setState: SetRunsState;
  search: RefObject<HTMLInputElement | null>;
}

const labelOf = (facet: Facet, value: string): string => facetFacts(facet).formatValue?.(value) ?? value;

/** The search field, a menu for each filter, and a chip for each selected value. */
export function RunsFilters({ state, setState, search }: Props) {
  const { data } = useQuery(useTRPC().dashboard.facets.queryOptions());
  const toggle = (facet: Facet, value: string) => {
    const before = state[facet].map(String);
    const after = before.includes(value) ? before.filter((each) => each !== value) : [...before, value];
    // The URL state holds numbers for integer facets. Values come from the server’s list, so they are valid.
    void setState({ [facet]: facetFacts(facet).isInteger ? after.map(Number) : after } as Partial<RunsState>);
  };
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
        // A single value offers no choice.
        if (values.length < 2 && state[facet].length === 0) return null;
        return (
          <PopoverButton key={facet} label={facetFacts(facet).title} isActive={state[facet].length > 0}>
            {values.map(({ value, runs }) => (
              <PopoverCheck
                key={value}
                label={labelOf(facet, value)}
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
            <span className="truncate">{labelOf(facet, String(value))}</span>
            <X size={12} aria-hidden />
          </button>
        )),
      )}
      {isFiltered(state) && (
        <button type="button" className="button h-7 px-2.5 text-xs" onClick={() => void setState(clearedFilters)}>
          Clear filters
        </button>
      )}
    </div>
  );
}
