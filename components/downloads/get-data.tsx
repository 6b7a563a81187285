'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download, RotateCw, Square } from 'lucide-react';
import { useTRPC } from '@/components/live/trpc.ts';
import { partTitle } from '@/lib/data/data-files.ts';
import { formatBytes } from '@/lib/format.ts';
import type { PartStatus } from '@/server/data/downloads.ts';
import { describeProgress, downloadedShare } from './data-status.ts';

/** A missing part of the data: the state of its download and the button that starts or stops it. */
export function GetData({ status }: { status: PartStatus }) {
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-56">
        <h3 className="font-medium">{partTitle(status.part)}</h3>
        <PartStateLine status={status} />
      </div>
      <Actions status={status} />
    </div>
  );
}

function PartStateLine({ status: { part, url, bytes, state } }: { status: PartStatus }) {
  switch (state.is) {
    case 'missing':
      return (
        <p className="text-soft [overflow-wrap:anywhere]">
          {state.problem ?? `${describePart(part)}, from ${new URL(url).host}`}
        </p>
      );
    case 'coming':
      return (
        <>
          <p className="text-soft">{describeProgress(state.progress)}</p>
          <Bar share={downloadedShare(state)} label={`Downloading ${partTitle(part)}`} />
        </>
      );
    case 'stopped':
      return (
        <p className="text-soft">
          Stopped after {formatBytes(state.bytes)}
          {bytes !== null && ` of ${formatBytes(bytes)}`}
        </p>
      );
    case 'failed':
      return (
        <p role="alert" className="text-bad [overflow-wrap:anywhere]">
          {state.message}
        </p>
      );
    case 'present':
      return null;
  }
}

const describePart = (part: PartStatus['part']) =>
  part === 'cifar10' ? '60,000 images with labels' : 'MobileNetV2 trained on ImageNet';

function Bar({ share, label }: { share: number | null; label: string }) {
  const percent = share === null ? undefined : Math.floor(share * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-raised"
    >
      <div
        className="h-full rounded-full bg-accent motion-safe:transition-[width] motion-safe:duration-500"
        style={{ width: `${percent ?? 0}%` }}
      />
    </div>
  );
}

/** Mutations that start and stop a download; both refresh the data status. */
export function useDownload() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.data.status.queryKey() });
  const get = useMutation(trpc.data.get.mutationOptions({ onSettled }));
  const stop = useMutation(trpc.data.stop.mutationOptions({ onSettled }));
  return { get, stop };
}

function Actions({ status: { part, bytes, state } }: { status: PartStatus }) {
  const { get, stop } = useDownload();
  const error = get.error ?? stop.error;
  return (
    <>
      {state.is === 'coming' ? (
        <button
          type="button"
          className="button"
          onClick={() => stop.mutate({ part })}
          disabled={stop.isPending || state.progress.phase !== 'downloading'}
        >
          <Square size={14} aria-hidden />
          Stop
        </button>
      ) : (
        <button type="button" className="button-primary" onClick={() => get.mutate({ part })} disabled={get.isPending}>
          {state.is === 'failed' ? <RotateCw size={14} aria-hidden /> : <Download size={14} aria-hidden />}
          {state.is === 'failed' && 'Try again'}
          {state.is === 'stopped' && 'Resume'}
          {state.is === 'missing' && `Download ${partTitle(part)}${bytes === null ? '' : ` (${formatBytes(bytes)})`}`}
        </button>
      )}
      {error && <p className="basis-full text-bad">{error.message}</p>}
    </>
  );
}
