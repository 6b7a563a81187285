'use client';

import { lazy, type ReactNode } from 'react';
import { OpensOnClick } from './opens-on-click.tsx';

const Confirm = lazy(() => import('./confirm.tsx').then((module) => ({ default: module.Confirm })));

interface ConfirmButtonProps {
  /** What the button says before anything is asked. */
  label: ReactNode;
  question: string;
  /** What will be lost, in a sentence. */
  consequence: string;
  /** The button that does it: its verb. */
  confirm: string;
  /** The button that closes the dialog and changes nothing. */
  dismiss?: string;
  onConfirm: () => void;
  pending?: boolean;
  className?: string;
}

/** A button that asks once before it does something that cannot be undone. */
export function ConfirmButton({ label, pending, className = 'button', ...asked }: ConfirmButtonProps) {
  const button = { label, className, disabled: pending };
  return (
    <OpensOnClick {...button}>
      <Confirm {...button} {...asked} />
    </OpensOnClick>
  );
}
