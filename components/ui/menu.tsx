'use client';

import { ChevronDown } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';

interface MenuProps {
  label: ReactNode;
  /** On hover, and where the label is a picture. */
  title?: string;
  isActive?: boolean;
  /** Told whenever it has opened or closed. */
  onToggle?: (isOpen: boolean) => void;
  children: ReactNode;
}

/** A button that opens a small panel below it; a click elsewhere or Escape closes it. */
export function Menu({ label, title, isActive = false, onToggle, children }: MenuProps) {
  const element = useRef<HTMLDetailsElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const closeOutside = ({ target }: Event) => {
      if (element.current?.open && !element.current.contains(target as Node)) element.current.open = false;
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, []);
  return (
    <details
      ref={element}
      className="group relative"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) moveInside(panel.current!);
        onToggle?.(currentTarget.open);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !element.current?.open) return;
        element.current.open = false;
        element.current.querySelector('summary')?.focus();
        event.preventDefault();
      }}
    >
      <summary
        title={title}
        className={`button h-7 list-none px-2.5 text-xs [&::-webkit-details-marker]:hidden ${isActive ? 'border-accent text-accent' : ''}`}
      >
        {label}
        <ChevronDown size={12} className="group-open:rotate-180" aria-hidden />
      </summary>
      <div
        ref={panel}
        className="card absolute top-full left-0 z-20 mt-1 max-h-80 w-max min-w-40 max-w-72 overflow-auto p-1.5 shadow-lg"
      >
        {children}
      </div>
    </details>
  );
}

/** A panel that would hang over the page's right edge moves to the left. */
function moveInside(panel: HTMLElement): void {
  panel.style.translate = '';
  const overhang = panel.getBoundingClientRect().right + 8 - document.documentElement.clientWidth;
  if (overhang > 0) panel.style.translate = `${-overhang}px`;
}

interface MenuCheckProps {
  label: string;
  /** Said faintly behind it. */
  note?: string;
  checked: boolean;
  onChange: () => void;
  disabled?: boolean;
}

export function MenuCheck({ label, note, checked, onChange, disabled }: MenuCheckProps) {
  return (
    <label className="flex items-center gap-2 rounded px-1.5 py-1 hover:bg-raised">
      <input type="checkbox" checked={checked} onChange={onChange} disabled={disabled} className="size-4" />
      <span className="min-w-0 truncate">{label}</span>
      {note && <span className="ml-auto pl-3 text-faint text-xs">{note}</span>}
    </label>
  );
}
