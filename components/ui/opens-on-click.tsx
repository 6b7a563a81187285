'use client';

import { type ReactNode, Suspense, useState } from 'react';

interface OpensOnClickProps {
  label: ReactNode;
  title?: string;
  disabled?: boolean;
  className: string;
  /** The same button, open at first, with what it opens: loaded by the first click. */
  children: ReactNode;
}

/** A button that opens something most visits never open: until it is clicked, none of that is loaded. */
export function OpensOnClick({ label, title, disabled, className, children }: OpensOnClickProps) {
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
