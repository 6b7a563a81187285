'use client';

import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { DialogPanel } from './dialog-panel.tsx';
import type { Shortcut } from './use-shortcuts.ts';

interface ShortcutsHelpProps {
  shortcuts: readonly Shortcut[];
  onClose: () => void;
}

/** What the keys of a page do: a dialog that is open as long as it is mounted. */
export function ShortcutsHelp({ shortcuts, onClose }: ShortcutsHelpProps) {
  // It has no trigger: a key opened it, and the focus goes back to where it was then.
  const [before] = useState(() => document.activeElement);
  const onCloseAutoFocus = (event: Event) => {
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus();
  };
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <DialogPanel title="Keys" className="w-80" onCloseAutoFocus={onCloseAutoFocus}>
        <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
          {shortcuts.map(({ key, label }) => (
            <div key={key} className="contents">
              <dt>
                <kbd className="rounded border border-line bg-raised px-1.5 font-mono text-xs">{caps[key] ?? key}</kbd>
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

/** What is printed on keys whose name is longer. */
const caps: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ' ': 'space', Escape: 'Esc' };
