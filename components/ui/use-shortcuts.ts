import { useEffect, useRef } from 'react';

/** What a key does, by the key's own name. @returns false where it does nothing now, and the browser may have it */
export type Shortcuts = Readonly<Record<string, (() => unknown) | undefined>>;

/** Where a key is meant for what has the focus: fields, menus, dialogs. */
const busy = 'input:not([type=checkbox]), textarea, select, details[open], dialog, [role=dialog], [role=alertdialog]';

/** Keys for the whole page, unless someone types, or holds a modifier. */
export function useShortcuts(shortcuts: Shortcuts): void {
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
      const action = newest.current[event.key];
      if (action && action() !== false) event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
