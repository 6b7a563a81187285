import { Download, Keyboard } from 'lucide-react';
import type { RefObject } from 'react';
import { PopoverButton, PopoverCheck } from '@/components/ui/popover-button.tsx';
import { formatCount } from '@/lib/format.ts';
import { columns as allColumns } from '@/lib/runs/columns.ts';
import { RunsFilters } from './runs-filters.tsx';
import { ImportButton } from './runs-import.tsx';
import { type RunsState, searchOf } from './runs-url.ts';
import type { SetRunsState } from './use-runs-state.ts';
import type { useShownColumns } from './use-shown-columns.ts';

interface RunsToolbarProps {
  state: RunsState;
  setState: SetRunsState;
  /** The number of filtered runs. */
  total: number;
  columns: ReturnType<typeof useShownColumns>;
  search: RefObject<HTMLInputElement | null>;
  importFiles: (files: readonly File[]) => Promise<void>;
  openHelp: () => void;
}

/** The toolbar above the table: filters on the left; import, columns, export and keyboard shortcuts on the right. */
export function RunsToolbar({ state, setState, total, columns, search, importFiles, openHelp }: RunsToolbarProps) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-2 pb-2.5">
      <RunsFilters state={state} setState={setState} search={search} />
      <div className="flex flex-wrap items-center gap-1.5">
        <ImportButton importFiles={importFiles} />
        <ColumnsButton columns={columns} />
        <PopoverButton
          title="Export filtered runs"
          label={
            <>
              <Download size={13} aria-hidden />
              Export
            </>
          }
        >
          {(['csv', 'json'] as const).map((format) => (
            <a
              key={format}
              href={`/api/table/runs.${format}?${searchOf(state)}`}
              download
              className="block rounded px-1.5 py-1 hover:bg-raised"
            >
              {format.toUpperCase()}, {formatCount(total)} {total === 1 ? 'run' : 'runs'}
            </a>
          ))}
        </PopoverButton>
        <button
          type="button"
          className="button h-7 px-2 max-sm:hidden"
          onClick={openHelp}
          aria-label="Keys"
          title="Keys: ?"
        >
          <Keyboard size={14} aria-hidden />
        </button>
      </div>
    </div>
  );
}

function ColumnsButton({ columns }: Pick<RunsToolbarProps, 'columns'>) {
  return (
    <PopoverButton label="Columns">
      {allColumns.map(({ id, header, title }) => (
        <PopoverCheck
          key={id}
          label={header}
          note={title ?? undefined}
          checked={columns.shown.some((column) => column.id === id)}
          onChange={() => columns.toggle(id)}
          disabled={id === 'name'}
        />
      ))}
      <button
        type="button"
        onClick={columns.reset}
        className="mt-1 w-full rounded px-1.5 py-1 text-left text-accent hover:bg-raised"
      >
        Reset columns
      </button>
    </PopoverButton>
  );
}
