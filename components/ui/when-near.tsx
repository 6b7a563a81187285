'use client';

import { type ReactNode, useRef } from 'react';
import { useNear } from './use-near.ts';

/** Holds a place for what is drawn, and its code loaded, once the place comes near what is seen. */
export function WhenNear({ children, className }: { children: ReactNode; className: string }) {
  const element = useRef<HTMLDivElement>(null);
  const wasNear = useNear(element, { once: true });
  return (
    <div ref={element} className={wasNear ? 'min-w-0' : className}>
      {wasNear && children}
    </div>
  );
}
