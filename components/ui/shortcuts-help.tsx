'use client';

import { useEffect, useId, useRef } from 'react';

const keys: readonly [string, string][] = [
  ['/', 'search'],
  ['↑ ↓', 'from run to run'],
  ['space', 'select the run'],
  ['Enter', 'open the run'],
  ['b', 'compare all others with the run: baseline'],
  ['c', 'compare the selected runs'],
  ['n', 'new run'],
  ['Esc', 'nothing selected'],
  ['?', 'this list'],
];

/** What the keys do on the page of runs: a dialog that is open as long as it is there, and asks to go by Escape or its button. */
export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const title = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-labelledby={title}
      className="card m-auto w-80 p-5 text-ink shadow-xl backdrop:bg-black/40"
    >
      <h2 id={title} className="font-semibold text-[15px]">
        Keys
      </h2>
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {keys.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-line bg-raised px-1.5 font-mono text-xs">{key}</kbd>
            </dt>
            <dd className="text-soft">{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="mt-4 text-right">
        <button type="submit" className="button">
          Close
        </button>
      </form>
    </dialog>
  );
}
