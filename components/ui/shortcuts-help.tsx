'use client';

import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { DialogPanel } from './dialog-panel.tsx';
import type { Shortcut } from './use-shortcuts.ts';

interface ShortcutsHelpProps {
  shortcuts: readonly Shortcut[];
  onClose: () => void;
}

/** A dialog with a page's keyboard shortcuts, open while mounted. */
export function ShortcutsHelp({ shortcuts, onClose }: ShortcutsHelpProps) {
  // A key opened the dialog, so there is no trigger that would get the focus back.
  const [focusedBefore] = useState(() => document.activeElement);
  const onCloseAutoFocus = (event: Event) => {
    event.preventDefault();
    if (focusedBefore instanceof HTMLElement) focusedBefore.focus();
  };
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <DialogPanel title="Keyboard shortcuts" className="w-80" onCloseAutoFocus={onCloseAutoFocus}>
        <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
          {shortcuts.map(({ key, label }) => (
            <div key={key} className="contents">
              <dt>
                <kbd className="rounded border border-line bg-raised px-1.5 font-mono text-xs">
                  {keyLabels[key] ?? key}
                </kbd>
              </dt>
              <dd className="text-soft">{label}</dd>
            </div>
          ))}
        </dl>
        <div className="mt-4 text-right">
          <Dialog.Close className="button">Close</Dialog.Close>
        </div>
      </DialogPanel>
    </Dialog.Root>
  );
}

/** Short labels for keys with long names. */
const keyLabels: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ' ': 'space', Escape: 'Esc' };
