'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FileInput, X } from 'lucide-react';
import Link from 'next/link';
import { type ChangeEvent, useCallback, useEffect, useState } from 'react';
import { useTRPC, useTRPCClient } from '@/components/live/trpc.ts';
import { describeTooLarge, maxLogBytes } from '@/lib/logs/log-bytes.ts';

/** The outcome of one file. */
interface Outcome {
  name: string;
  /** The run’s id; null if the file was rejected. */
  id: string | null;
  message: string;
  isNew?: true;
}

/** Imports logs that are dropped onto the page or selected with the button, and holds the outcome of each. */
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
  const isDragging = useDrop(importFiles);
  return { importFiles, outcomes, pending, isDragging, dismiss: () => setOutcomes([]) };
}
type Import = ReturnType<typeof useImport>;

async function importFile(client: ReturnType<typeof useTRPCClient>, file: File): Promise<Outcome> {
  const { name, size, lastModified } = file;
  if (size > maxLogBytes) return { name, id: null, message: describeTooLarge(size) };
  try {
    const outcome = await client.logs.import.mutate({ name, base64: await readBase64(file), modifiedAt: lastModified });
    if (outcome.type === 'refused') return { name, id: null, message: outcome.reason };
    if (outcome.type === 'known') return { name, id: outcome.id, message: 'was already imported' };
    return { name, id: outcome.id, isNew: true, message: ['imported', ...outcome.notes].join('; ') };
  } catch (error) {
    return { name, id: null, message: `could not be imported: ${error instanceof Error ? error.message : error}` };
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

/** Handles files that are dropped anywhere on the page. @returns whether files are being dragged over it */
function useDrop(onDrop: (files: File[]) => void): boolean {
  const [isDragging, setIsDragging] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsDragging(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsDragging(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsDragging(false);
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
  return isDragging;
}

export function ImportButton({ importFiles }: Pick<Import, 'importFiles'>) {
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    void importFiles([...(target.files ?? [])]);
    // Otherwise selecting the same file again would not fire an event.
    target.value = '';
  };
  return (
    <label
      className="button h-7 px-2.5 text-xs focus-within:outline-2 focus-within:outline-accent"
      title="Select JSON logs, or drop them anywhere on this page"
    >
      <FileInput size={13} aria-hidden />
      Import logs
      <input type="file" accept=".json,application/json" multiple onChange={choose} className="sr-only" />
    </label>
  );
}

/** The drop overlay, the outcome of the last import, and files of the results folder that are not logs. */
export function ImportNotes({ outcomes, pending, isDragging, dismiss }: Import) {
  const trpc = useTRPC();
  const { data: problems = [] } = useQuery(trpc.logs.problems.queryOptions(undefined, { refetchInterval: 15_000 }));
  const imported = outcomes.filter(({ isNew }) => isNew).length;
  return (
    <>
      {isDragging && (
        <div className="pointer-events-none fixed inset-3 z-40 grid place-items-center rounded-2xl border-2 border-accent border-dashed bg-accent-soft/80">
          <p className="font-semibold text-accent text-lg">Drop logs here to import them</p>
        </div>
      )}
      <div role="status">
        {(outcomes.length > 0 || pending > 0) && (
          <section className="card mb-3 p-3" aria-label="Import">
            <div className="flex items-start justify-between gap-3">
              <p className="font-medium">
                {pending > 0 ? `Importing, ${pending} left …` : `${imported} of ${outcomes.length} imported`}
              </p>
              <button type="button" onClick={dismiss} aria-label="Close" className="rounded p-0.5 hover:bg-raised">
                <X size={14} aria-hidden />
              </button>
            </div>
            <ul className="mt-1 max-h-40 overflow-auto text-xs">
              {outcomes.map(({ name, id, message }, index) => (
                <li key={index} className={id ? 'text-soft' : 'text-bad'}>
                  {id ? (
                    <Link href={`/runs/${id}`} className="font-medium underline">
                      {name}
                    </Link>
                  ) : (
                    <span className="font-medium">{name}</span>
                  )}{' '}
                  {message}
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
