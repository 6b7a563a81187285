import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';

/** How every dialog looks, whatever it asks. */
export const dialogLooks = {
  overlay: 'fixed inset-0 z-40 bg-black/40',
  panel:
    'card -translate-x-1/2 -translate-y-1/2 fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] overflow-y-auto p-5 shadow-xl',
  title: 'break-words font-semibold text-[15px]',
};

interface DialogPanelProps {
  title: string;
  description?: ReactNode;
  /** How wide it is. */
  className: string;
  /** The focus goes back to the dialog's trigger unless this puts it elsewhere and prevents the event's default. */
  onCloseAutoFocus?: (event: Event) => void;
  children: ReactNode;
}

/** What a `Dialog.Root` shows, over everything else. */
export function DialogPanel({ title, description, className, onCloseAutoFocus, children }: DialogPanelProps) {
  return (
    <Dialog.Portal>
      <Dialog.Overlay className={dialogLooks.overlay} />
      <Dialog.Content
        className={`${dialogLooks.panel} ${className}`}
        onCloseAutoFocus={onCloseAutoFocus}
        // Radix asks for a description unless it is told that there is none.
        {...(description === undefined && { 'aria-describedby': undefined })}
      >
        <Dialog.Title className={dialogLooks.title}>{title}</Dialog.Title>
        {description !== undefined && <Dialog.Description className="mt-1 text-soft">{description}</Dialog.Description>}
        {children}
      </Dialog.Content>
    </Dialog.Portal>
  );
}
