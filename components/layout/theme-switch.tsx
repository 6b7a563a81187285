'use client';

import { Moon, Sun } from 'lucide-react';
import { useTheme } from 'next-themes';
import { useMounted } from '@/components/ui/use-mounted.ts';

/** Switches between light and dark; the default is the system's preference. */
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
