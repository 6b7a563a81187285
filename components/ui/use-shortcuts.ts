import { useEffect, useRef } from 'react';

/** One key of a page, what it is for, and what it does. */
export interface Shortcut {
  /** The key's own name, as `KeyboardEvent.key` has it. */
  key: string;
  /** For the list of keys. */
  label: string;
  /** @returns false where it does nothing now, and the browser may have the key */
  run: () => unknown;
}

/** Where a key is meant for what has the focus: fields, panels, dialogs. */
const busy = 'input:not([type=checkbox]), textarea, select, [role=dialog], [role=alertdialog]';

/** Keys for the whole page, unless someone types, or holds a modifier. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const newest = useRef(shortcuts);
  newest.current = shortcuts;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(busy)) return;
      // Space and Enter press the button or follow the link that has the focus.
      const pressesTarget = event.key === ' ' || event.key === 'Enter';
      if (pressesTarget && target?.closest('a, button, summary, input')) return;
      const shortcut = newest.current.find(({ key }) => key === event.key);
      if (shortcut && shortcut.run() !== false) event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
