import { X } from 'lucide-react';
import type { ReactNode } from 'react';

/** A dismissible notice about how the form was prefilled. */
export function FormNotice({ children, onClose }: { children: ReactNode; onClose: () => void }) {
  return (
    <div role="alert" className="card flex items-start gap-3 border-warn/40 p-3">
      <div className="min-w-0 grow">{children}</div>
      <button
        type="button"
        aria-label="Dismiss this notice"
        onClick={onClose}
        className="rounded-md p-1 text-faint hover:bg-raised hover:text-ink"
      >
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}
