import { useEffect, useRef, useState } from 'react';
import { useTRPCClient } from '@/components/live/trpc.ts';
import { useVisible } from '@/components/live/use-visible.ts';
import { appendLog, emptyLog, type HeldLog } from './append-log.ts';

/** How often more is asked for while the run goes on. Lines are no events: the one stream of a tab is theirs. */
const interval = 1500;

/**
 * What a run's trainer has printed, growing as it prints; a hidden tab asks for nothing.
 * @param isOver nothing more will be printed, so it is read to its end once
 */
export function useRunLog(id: string, isOver: boolean): { log: HeldLog; isRead: boolean; problem: string | null } {
  const client = useTRPCClient();
  const isVisible = useVisible();
  const [log, setLog] = useState(emptyLog);
  const [isRead, setIsRead] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const newest = useRef(log);

  useEffect(() => {
    if (!isVisible) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const read = async () => {
      try {
        const after = newest.current.end || undefined;
        const part = await client.runs.log.query({ id, after }, { signal: stop.signal });
        newest.current = appendLog(newest.current, part);
        setLog(newest.current);
        setIsRead(true);
        setProblem(null);
      } catch (error) {
        if (stop.signal.aborted) return;
        setProblem(error instanceof Error ? error.message : String(error));
      }
      if (!isOver) timer = setTimeout(read, interval);
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [client, id, isOver, isVisible]);

  return { log, isRead, problem };
}
