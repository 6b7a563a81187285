import type { RunDetail } from '@/lib/run.ts';
import { Card } from './card.tsx';

/** The trainer's last lines on stdout and stderr. */
export function RunLog({ run: { logTail } }: { run: RunDetail }) {
  return (
    <Card title="Log" note="the trainer’s last lines">
      {logTail.length === 0 ? (
        <p className="text-faint text-sm">The trainer has printed nothing.</p>
      ) : (
        <pre className="max-h-72 overflow-auto whitespace-pre-wrap break-words font-mono text-soft text-xs">
          {logTail.join('\n')}
        </pre>
      )}
    </Card>
  );
}
