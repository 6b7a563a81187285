import { Ban, Check, CircleAlert, Clock, FileInput, type LucideIcon, Pause, Play } from 'lucide-react';
import type { RunStatus } from '@/lib/run/status.ts';

const looks: Record<RunStatus, { icon: LucideIcon; colour: string }> = {
  queued: { icon: Clock, colour: 'text-soft' },
  running: { icon: Play, colour: 'text-accent' },
  interrupted: { icon: Pause, colour: 'text-warn' },
  completed: { icon: Check, colour: 'text-good' },
  failed: { icon: CircleAlert, colour: 'text-bad' },
  canceled: { icon: Ban, colour: 'text-soft' },
  imported: { icon: FileInput, colour: 'text-soft' },
};

/** A status as word and icon, never as colour alone. `detail` follows the word: `42 %`. */
export function StatusBadge({ status, detail }: { status: RunStatus; detail?: string | null }) {
  const { icon: Icon, colour } = looks[status];
  return (
    <span className={`inline-flex items-center gap-1 whitespace-nowrap ${colour}`}>
      <Icon size={13} strokeWidth={2.5} aria-hidden />
      {status}
      {detail && <span className="text-soft"> {detail}</span>}
    </span>
  );
}
