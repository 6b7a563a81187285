import { AlertDialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { dialogLooks } from './dialog-panel.tsx';

interface ConfirmProps {
  label: ReactNode;
  className: string;
  disabled: boolean | undefined;
  question: string;
  consequence: string;
  confirm: string;
  dismiss?: string;
  onConfirm: () => void;
}

/** A button and its confirmation dialog, initially open. The harmless option has the focus. */
export function Confirm({
  label,
  className,
  disabled,
  question,
  consequence,
  confirm,
  dismiss = 'Cancel',
  onConfirm,
}: ConfirmProps) {
  return (
    <AlertDialog.Root defaultOpen>
      <AlertDialog.Trigger className={className} disabled={disabled}>
        {label}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={dialogLooks.overlay} />
        <AlertDialog.Content className={`${dialogLooks.panel} w-[min(26rem,calc(100vw-2rem))]`}>
          <AlertDialog.Title className={dialogLooks.title}>{question}</AlertDialog.Title>
          <AlertDialog.Description className="mt-1.5 text-soft">{consequence}</AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel className="button">{dismiss}</AlertDialog.Cancel>
            <AlertDialog.Action className="button-danger" onClick={onConfirm}>
              {confirm}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
