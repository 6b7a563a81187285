'use client';

import { lazy, type ReactNode } from 'react';
import { LazyTrigger } from './lazy-trigger.tsx';

const Confirm = lazy(() => import('./confirm.tsx').then((module) => ({ default: module.Confirm })));

interface ConfirmButtonProps {
  /** Label of the button that opens the dialog. */
  label: ReactNode;
  question: string;
  /** What will be lost, as a sentence. */
  consequence: string;
  /** Label of the confirming button: a verb. */
  confirm: string;
  /** Label of the button that closes the dialog without an effect; default: `Cancel`. */
  dismiss?: string;
  onConfirm: () => void;
  pending?: boolean;
  className?: string;
}

/** A button that asks for confirmation before an action that cannot be undone. */
export function ConfirmButton({ label, pending, className = 'button', ...dialog }: ConfirmButtonProps) {
  const button = { label, className, disabled: pending };
  return (
    <LazyTrigger {...button}>
      <Confirm {...button} {...dialog} />
    </LazyTrigger>
  );
}
