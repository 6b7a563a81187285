import { useEffect, useRef } from 'react';

/** A keyboard shortcut. */
export interface Shortcut {
  /** The key's name, as in `KeyboardEvent.key`. */
  key: string;
  /** Description in the list of shortcuts. */
  label: string;
  /** @returns false if it did nothing, which leaves the key to the browser */
  run: () => unknown;
}

/** Focused elements that handle keys themselves: fields, panels, dialogs. */
const handlesKeys = 'input:not([type=checkbox]), textarea, select, [role=dialog], [role=alertdialog]';

/** Registers shortcuts for the page. They are inactive while the user types or holds a modifier key. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const newest = useRef(shortcuts);
  newest.current = shortcuts;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(handlesKeys)) return;
      // Space and Enter activate the focused button or link.
      const activatesTarget = event.key === ' ' || event.key === 'Enter';
      if (activatesTarget && target?.closest('a, button, summary, input')) return;
      const shortcut = newest.current.find(({ key }) => key === event.key);
      if (shortcut && shortcut.run() !== false) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
