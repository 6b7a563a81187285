import { useStored } from '@/components/ui/use-stored.ts';
import { initialColumns, type RunColumn, runColumns } from './runs-columns.tsx';

/** The columns that are shown, as this browser remembers them; the name always. */
export function useColumns(): { shown: RunColumn[]; toggle: (id: RunColumn['id']) => void; reset: () => void } {
  const [stored, store] = useStored('transfer-lab.columns');
  const ids = new Set<string>(stored === null ? initialColumns : ['name', ...stored.split(',')]);
  return {
    shown: runColumns.filter(({ id }) => ids.has(id)),
    toggle: (id) => {
      if (ids.has(id)) ids.delete(id);
      else ids.add(id);
      store([...ids].join(','));
    },
    reset: () => store(null),
  };
}
