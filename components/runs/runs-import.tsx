'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FileInput, X } from 'lucide-react';
import Link from 'next/link';
import { type ChangeEvent, useCallback, useEffect, useState } from 'react';
import { useTRPC, useTRPCClient } from '@/components/live/trpc.ts';
import { describeTooLarge, maxLogBytes } from '@/lib/logs/log-bytes.ts';

/** What became of a file. */
interface Outcome {
  name: string;
  id: string | null;
  words: string;
  isNew?: true;
}

/** Takes in logs that are dropped anywhere on the page, or chosen by its button, and says what became of each. */
export function useImport() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const [pending, setPending] = useState(0);
  const importFiles = useCallback(
    async (files: readonly File[]) => {
      setOutcomes([]);
      setPending(files.length);
      for (const file of files) {
        const outcome = await importFile(client, file);
        setOutcomes((before) => [...before, outcome]);
        setPending((left) => left - 1);
      }
      void queryClient.invalidateQueries({ queryKey: trpc.runs.pathKey() });
      void queryClient.invalidateQueries({ queryKey: trpc.dashboard.pathKey() });
    },
    [client, queryClient, trpc],
  );
  const isOver = useDrop(importFiles);
  return { importFiles, outcomes, pending, isOver, forget: () => setOutcomes([]) };
}
type Import = ReturnType<typeof useImport>;

async function importFile(client: ReturnType<typeof useTRPCClient>, file: File): Promise<Outcome> {
  const { name, size, lastModified } = file;
  if (size > maxLogBytes) return { name, id: null, words: describeTooLarge(size) };
  try {
    const outcome = await client.logs.import.mutate({ name, base64: await readBase64(file), modifiedAt: lastModified });
    if (outcome.type === 'refused') return { name, id: null, words: outcome.reason };
    if (outcome.type === 'known') return { name, id: outcome.id, words: 'is here already' };
    return { name, id: outcome.id, isNew: true, words: ['imported', ...outcome.notes].join('; ') };
  } catch (error) {
    return { name, id: null, words: `could not be imported: ${error instanceof Error ? error.message : error}` };
  }
}

/** A file's bytes: only the server decides on their encoding. */
const readBase64 = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

/** Files dropped anywhere on the page. @returns whether some are held over it */
function useDrop(onDrop: (files: File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(false);
      onDrop([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, [onDrop]);
  return isOver;
}

export function ImportButton({ importFiles }: Pick<Import, 'importFiles'>) {
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    void importFiles([...(target.files ?? [])]);
    // The same file may be chosen again.
    target.value = '';
  };
  return (
    <label
      className="button h-7 px-2.5 text-xs focus-within:outline-2 focus-within:outline-accent"
      title="JSON logs; or drop them anywhere here"
    >
      <FileInput size={13} aria-hidden />
      Import logs
      <input type="file" accept=".json,application/json" multiple onChange={choose} className="sr-only" />
    </label>
  );
}

/** What lies over the page while files are held over it, what became of the last ones, and what in the folder is no log. */
export function ImportNotes({ outcomes, pending, isOver, forget }: Import) {
  const trpc = useTRPC();
  const { data: problems = [] } = useQuery(trpc.logs.problems.queryOptions(undefined, { refetchInterval: 15_000 }));
  const imported = outcomes.filter(({ isNew }) => isNew).length;
  return (
    <>
      {isOver && (
        <div className="pointer-events-none fixed inset-3 z-40 grid place-items-center rounded-2xl border-2 border-accent border-dashed bg-accent-soft/80">
          <p className="font-semibold text-accent text-lg">Drop logs here to import them</p>
        </div>
      )}
      <div role="status">
        {(outcomes.length > 0 || pending > 0) && (
          <section className="card mb-3 p-3" aria-label="Import">
            <div className="flex items-start justify-between gap-3">
              <p className="font-medium">
                {pending > 0 ? `Importing, ${pending} to go …` : `${imported} of ${outcomes.length} imported`}
              </p>
              <button type="button" onClick={forget} aria-label="Close" className="rounded p-0.5 hover:bg-raised">
                <X size={14} aria-hidden />
              </button>
            </div>
            <ul className="mt-1 max-h-40 overflow-auto text-xs">
              {outcomes.map(({ name, id, words }, index) => (
                <li key={index} className={id ? 'text-soft' : 'text-bad'}>
                  {id ? (
                    <Link href={`/runs/${id}`} className="font-medium underline">
                      {name}
                    </Link>
                  ) : (
                    <span className="font-medium">{name}</span>
                  )}{' '}
                  {words}
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      {problems.length > 0 && (
        <details className="card mb-3 px-3 py-2 text-xs">
          <summary className="text-warn">
            {problems.length === 1 ? '1 file' : `${problems.length} files`} in the results folder could not be read as a
            log
          </summary>
          <ul className="mt-1.5 max-h-60 space-y-0.5 overflow-auto text-soft">
            {problems.map(({ file, problem }) => (
              <li key={file} className="break-words">
                <span className="font-medium font-mono">{file}</span> {problem}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
