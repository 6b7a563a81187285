'use client';

import { type ReactNode, useRef } from 'react';
import { useNearViewport } from './use-near-viewport.ts';

/** Renders its children, and so loads their code, once it comes near the viewport. Until then it reserves space. */
export function WhenNear({ children, className }: { children: ReactNode; className: string }) {
  const element = useRef<HTMLDivElement>(null);
  const wasNear = useNearViewport(element, { once: true });
  return (
    <div ref={element} className={wasNear ? 'min-w-0' : className}>
      {wasNear && children}
    </div>
  );
}
