'use client';

import { Moon, Sun } from 'lucide-react';
import { useTheme } from 'next-themes';
import { useMounted } from '@/components/ui/use-mounted.ts';

/** Light or dark; until someone chooses, what the system says. */
export function ThemeSwitch() {
  const { resolvedTheme, setTheme } = useTheme();
  const mounted = useMounted();
  const other = mounted && resolvedTheme === 'dark' ? 'light' : 'dark';
  const label = `Switch to ${other} colours`;
  return (
    <button
      type="button"
      className="rounded-md p-1.5 text-soft hover:bg-raised hover:text-ink"
      aria-label={label}
      title={label}
      disabled={!mounted}
      onClick={() => setTheme(other)}
    >
      {other === 'light' ? <Sun size={16} /> : <Moon size={16} />}
    </button>
  );
}
