'use client';

import { ChevronDown } from 'lucide-react';
import { lazy, type ReactNode } from 'react';
import { LazyTrigger } from './lazy-trigger.tsx';

const Popover = lazy(() => import('./popover.tsx').then((module) => ({ default: module.Popover })));

interface PopoverButtonProps {
  label: ReactNode;
  /** Tooltip; also the accessible name if the label is an icon. */
  title?: string;
  isActive?: boolean;
  children: ReactNode;
}

/** A button that opens a small panel below it; clicking outside or Escape closes it. */
export function PopoverButton({ label, title, isActive = false, children }: PopoverButtonProps) {
  const button = {
    title,
    className: `group button h-7 px-2.5 text-xs ${isActive ? 'border-accent text-accent' : ''}`,
    label: (
      <>
        {label}
        <ChevronDown size={12} className="group-data-[state=open]:rotate-180" aria-hidden />
      </>
    ),
  };
  return (
    <LazyTrigger {...button}>
      <Popover {...button}>{children}</Popover>
    </LazyTrigger>
  );
}

interface PopoverCheckProps {
  label: string;
  /** Faint text at the end of the row. */
  note?: string;
  checked: boolean;
  onChange: () => void;
  disabled?: boolean;
}

/** A checkbox row in a panel. */
export function PopoverCheck({ label, note, checked, onChange, disabled }: PopoverCheckProps) {
  return (
    <label className="flex items-center gap-2 rounded px-1.5 py-1 hover:bg-raised">
      <input type="checkbox" checked={checked} onChange={onChange} disabled={disabled} className="size-4" />
      <span className="min-w-0 truncate">{label}</span>
      {note && <span className="ml-auto pl-3 text-faint text-xs">{note}</span>}
    </label>
  );
}
