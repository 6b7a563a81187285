import { ArrowLeftToLine, X } from 'lucide-react';
import Link from 'next/link';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { CompareAdd } from './compare-add.tsx';

interface CompareChoiceProps {
  compared: readonly ComparedRun[];
  /** Ids of the compared runs, including those not loaded yet. */
  ids: readonly string[];
  onChange: (ids: string[]) => void;
}

/** The compared runs. The first one is the baseline, with which the others are compared. */
export function CompareChoice({ compared, ids, onChange }: CompareChoiceProps) {
  return (
    <>
      {compared.length < 2 && (
        <p className="mt-1 max-w-prose text-soft">
          {compared.length === 0
            ? 'Add at least two runs here, or select them in the runs table.'
            : 'Add another run to compare with this one.'}
        </p>
      )}
      <ul className="mt-2 flex flex-wrap items-center gap-2">
        {compared.map(({ run, name, colour }, index) => (
          <li
            key={run.id}
            className="flex h-8 min-w-0 items-center gap-2 rounded-lg border border-line bg-panel pr-1 pl-2.5"
          >
            <span className="size-2.5 shrink-0 rounded-full" style={{ background: colour }} aria-hidden />
            <Link href={`/runs/${run.id}`} className="min-w-0 truncate hover:underline">
              {name}
            </Link>
            {index === 0 && compared.length > 1 && <span className="text-faint text-xs">baseline</span>}
            <span className="flex">
              {index > 0 && (
                <button
                  type="button"
                  className="rounded p-1 text-faint hover:bg-raised hover:text-ink"
                  title="Make baseline: the others are compared with it"
                  aria-label={`Make ${name} the baseline`}
                  onClick={() => onChange([run.id, ...ids.filter((id) => id !== run.id)])}
                >
                  <ArrowLeftToLine size={14} aria-hidden />
                </button>
              )}
              <button
                type="button"
                className="rounded p-1 text-faint hover:bg-raised hover:text-ink"
                aria-label={`Remove ${name}`}
                onClick={() => onChange(ids.filter((id) => id !== run.id))}
              >
                <X size={14} aria-hidden />
              </button>
            </span>
          </li>
        ))}
        <li>
          <CompareAdd ids={ids} onAdd={(id) => onChange([...ids, id])} />
        </li>
      </ul>
    </>
  );
}
