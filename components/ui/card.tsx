import type { ReactNode } from 'react';

/** A titled section of the page. */
export function Card({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="card min-w-0 p-4">
      <h2 className="relative z-[1] mb-2 flex w-fit flex-wrap items-baseline gap-x-2 font-semibold text-sm">
        {title}
        {note && <span className="font-normal text-faint text-xs">{note}</span>}
      </h2>
      {children}
    </section>
  );
}
