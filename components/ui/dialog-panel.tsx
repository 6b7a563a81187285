import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';

/** Classes shared by all dialogs. */
export const dialogLooks = {
  overlay: 'fixed inset-0 z-40 bg-black/40',
  panel:
    'card -translate-x-1/2 -translate-y-1/2 fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] overflow-y-auto p-5 shadow-xl',
  title: 'break-words font-semibold text-[15px]',
};

interface DialogPanelProps {
  title: string;
  description?: ReactNode;
  /** Sets the width. */
  className: string;
  /** Called before the focus returns to the dialog's trigger; can prevent that and move the focus elsewhere. */
  onCloseAutoFocus?: (event: Event) => void;
  children: ReactNode;
}

/** The content of a `Dialog.Root`, above everything else. */
export function DialogPanel({ title, description, className, onCloseAutoFocus, children }: DialogPanelProps) {
  return (
    <Dialog.Portal>
      <Dialog.Overlay className={dialogLooks.overlay} />
      <Dialog.Content
        className={`${dialogLooks.panel} ${className}`}
        onCloseAutoFocus={onCloseAutoFocus}
        // Radix warns about a missing description unless this is explicitly undefined.
        {...(description === undefined && { 'aria-describedby': undefined })}
      >
        <Dialog.Title className={dialogLooks.title}>{title}</Dialog.Title>
        {description !== undefined && <Dialog.Description className="mt-1 text-soft">{description}</Dialog.Description>}
        {children}
      </Dialog.Content>
    </Dialog.Portal>
  );
}
