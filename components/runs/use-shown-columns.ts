import { useLocalStorage } from '@/components/ui/use-local-storage.ts';
import { type ColumnId, columns, type RunColumn } from '@/lib/runs/columns.ts';

const initial = columns.filter(({ isInitial }) => isInitial).map(({ id }) => id);

/** The visible columns, stored in this browser. The name is always visible. */
export function useShownColumns(): { shown: RunColumn[]; toggle: (id: ColumnId) => void; reset: () => void } {
  const [stored, store] = useLocalStorage('transfer-lab.columns');
  const ids = new Set<string>(stored === null ? initial : ['name', ...stored.split(',')]);
  return {
    shown: columns.filter(({ id }) => ids.has(id)),
    toggle: (id) => {
      if (ids.has(id)) ids.delete(id);
      else ids.add(id);
      store([...ids].join(','));
    },
    reset: () => store(null),
  };
}
