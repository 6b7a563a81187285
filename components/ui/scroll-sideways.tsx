import type { ReactNode } from 'react';

/** What may be wider than a phone: it scrolls in itself, with the keyboard too. */
export function ScrollSideways({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className="overflow-x-auto" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
