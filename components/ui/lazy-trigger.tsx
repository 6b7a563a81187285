'use client';

import { type ReactNode, Suspense, useState } from 'react';

interface LazyTriggerProps {
  label: ReactNode;
  title?: string;
  disabled?: boolean;
  className: string;
  /** The button with its popup, initially open; loaded on the first click. */
  children: ReactNode;
}

/** A button whose popup is loaded only on the first click. */
export function LazyTrigger({ label, title, disabled, className, children }: LazyTriggerProps) {
  const [wasClicked, setWasClicked] = useState(false);
  const button = (
    <button
      type="button"
      title={title}
      disabled={disabled}
      className={className}
      aria-haspopup="dialog"
      aria-expanded={false}
      onClick={() => setWasClicked(true)}
    >
      {label}
    </button>
  );
  return wasClicked ? <Suspense fallback={button}>{children}</Suspense> : button;
}
