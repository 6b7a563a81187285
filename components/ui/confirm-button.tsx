'use client';

import { type ReactNode, useId, useRef } from 'react';

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

/** A button that asks once before it does something that cannot be undone. The browser's own dialog keeps the focus. */
export function ConfirmButton({
  label,
  question,
  consequence,
  confirm,
  dismiss = 'Keep',
  onConfirm,
  pending,
  className,
}: ConfirmButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  return (
    <>
      <button
        type="button"
        className={className ?? 'button'}
        disabled={pending}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <dialog
        ref={dialog}
        role="alertdialog"
        aria-labelledby={`${id}-question`}
        aria-describedby={`${id}-consequence`}
        className="card m-auto w-[min(26rem,calc(100vw-2rem))] p-5 text-ink shadow-xl backdrop:bg-black/40"
      >
        <h2 id={`${id}-question`} className="break-words font-semibold text-[15px]">
          {question}
        </h2>
        <p id={`${id}-consequence`} className="mt-1.5 text-soft">
          {consequence}
        </p>
        {/* A form of this method closes its dialog. */}
        <form method="dialog" className="mt-5 flex justify-end gap-2">
          <button type="submit" className="button">
            {dismiss}
          </button>
          <button type="submit" className="button-danger" onClick={onConfirm}>
            {confirm}
          </button>
        </form>
      </dialog>
    </>
  );
}
