'use client';

import { ArrowDown, Check, Copy, Download } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Card } from '@/components/ui/card.tsx';
import { formatCount } from '@/lib/format.ts';
import { isSettled, type RunDetail } from '@/lib/run/run.ts';
import { filterLines } from './append-log.ts';
import { useRunLog } from './use-run-log.ts';

/** The trainer's log, live and filterable. It follows the end until the user scrolls up. */
export function RunLog({ run }: { run: RunDetail }) {
  const { log, isRead, problem } = useRunLog(run.id, isSettled(run));
  const [query, setQuery] = useState('');
  const found = useMemo(() => filterLines(log.lines, query), [log, query]);
  const text = useMemo(() => found.join('\n'), [found]);
  const isEmpty = log.lines.length === 0;
  return (
    <Card title="Log" note={noteOf(log.lines.length, found.length, log.isTruncated)}>
      {isEmpty ? (
        <p className="text-faint text-sm">
          {isRead ? 'The trainer has not printed anything.' : (problem ?? 'Loading the log …')}
        </p>
      ) : (
        <>
          <div className="mb-2 flex flex-wrap items-center gap-2">
            <input
              type="search"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              placeholder="Filter log lines"
              aria-label="Filter log lines"
              className="field min-w-40 flex-1"
            />
            <CopyButton text={text} />
            <a href={`/api/runs/${run.id}/files/trainer.log`} download className="button">
              <Download size={14} aria-hidden />
              Download
            </a>
          </div>
          <FollowingBox text={text}>
            {found.length === 0 ? <span className="text-faint">No matching lines</span> : text}
          </FollowingBox>
          {problem && (
            <p role="status" className="mt-2 text-warn text-xs">
              Log updates paused: {problem}
            </p>
          )}
        </>
      )}
    </Card>
  );
}

function noteOf(lines: number, found: number, isTruncated: boolean): string {
  if (lines === 0) return '';
  const all = `${isTruncated ? 'last ' : ''}${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'}`;
  return found === lines ? all : `${formatCount(found)} of ${all}`;
}

/** A scroll box that follows the end while `text` grows, unless the user has scrolled up. */
function FollowingBox({ text, children }: { text: string; children: ReactNode }) {
  const box = useRef<HTMLElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const scrollToEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  // `text` is a dependency because new lines move the end.
  useLayoutEffect(() => {
    if (isAtEnd) scrollToEnd();
  }, [text, isAtEnd]);
  return (
    <div className="relative">
      <section
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll box must be reachable by keyboard
        tabIndex={0}
        aria-label="Trainer output"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setIsAtEnd(scrollHeight - scrollTop - clientHeight < 24)
        }
        className="max-h-80 min-h-24 overflow-auto rounded-lg bg-raised p-3"
      >
        <pre className="whitespace-pre-wrap break-words font-mono text-soft text-xs">{children}</pre>
      </section>
      {!isAtEnd && (
        <button type="button" onClick={scrollToEnd} className="button absolute right-4 bottom-3 shadow-md">
          <ArrowDown size={14} aria-hidden />
          Jump to end
        </button>
      )}
    </div>
  );
}

function CopyButton({ text }: { text: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const Icon = state === 'copied' ? Check : Copy;
  return (
    <button
      type="button"
      className="button"
      onClick={() =>
        navigator.clipboard.writeText(text).then(
          () => setState('copied'),
          () => setState('failed'),
        )
      }
    >
      <Icon size={14} aria-hidden />
      <span role="status">{state === 'ready' ? 'Copy' : state === 'copied' ? 'Copied' : 'Copy failed'}</span>
    </button>
  );
}
