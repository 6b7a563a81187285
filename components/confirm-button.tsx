'use client';

import { AlertDialog } from 'radix-ui';
import type { ReactNode } from 'react';

interface ConfirmButtonProps {
  /** What the button says before anything is asked. */
  label: ReactNode;
  question: string;
  /** What will be lost, in a sentence. */
  consequence: string;
  /** The button that does it: its verb. */
  confirm: string;
  onConfirm: () => void;
  pending?: boolean;
  className?: string;
}

/** A button that asks once before it does something that cannot be undone. */
export function ConfirmButton({
  label,
  question,
  consequence,
  confirm,
  onConfirm,
  pending,
  className,
}: ConfirmButtonProps) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger className={className ?? 'button'} disabled={pending}>
        {label}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <AlertDialog.Content className="card -translate-x-1/2 -translate-y-1/2 fixed top-1/2 left-1/2 z-50 w-[min(26rem,calc(100vw-2rem))] p-5 shadow-xl">
          <AlertDialog.Title className="font-semibold text-[15px]">{question}</AlertDialog.Title>
          <AlertDialog.Description className="mt-1.5 text-soft">{consequence}</AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel className="button">Keep</AlertDialog.Cancel>
            <AlertDialog.Action className="button-danger" onClick={onConfirm}>
              {confirm}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
