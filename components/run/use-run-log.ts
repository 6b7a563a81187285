import { useEffect, useRef, useState } from 'react';
import { useTRPCClient } from '@/components/live/trpc.ts';
import { useVisible } from '@/components/live/use-visible.ts';
import { appendLog, emptyLog, type LogLines } from './append-log.ts';

/** How often the log is polled while the run is active, in ms. Log lines are not part of a tab's event stream. */
const pollInterval = 1500;

/**
 * A run's log, polled while it grows. A hidden tab does not poll.
 * @param isOver the log no longer grows, so it is read once
 */
export function useRunLog(id: string, isOver: boolean): { log: LogLines; isRead: boolean; problem: string | null } {
  const client = useTRPCClient();
  const isVisible = useVisible();
  const [log, setLog] = useState(emptyLog);
  const [isRead, setIsRead] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useRef(log);

  useEffect(() => {
    if (!isVisible) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const read = async () => {
      try {
        const after = latest.current.end || undefined;
        const part = await client.runs.log.query({ id, after }, { signal: stop.signal });
        latest.current = appendLog(latest.current, part);
        setLog(latest.current);
        setIsRead(true);
        setProblem(null);
      } catch (error) {
        if (stop.signal.aborted) return;
        setProblem(error instanceof Error ? error.message : String(error));
      }
      if (!isOver) timer = setTimeout(read, pollInterval);
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [client, id, isOver, isVisible]);

  return { log, isRead, problem };
}
