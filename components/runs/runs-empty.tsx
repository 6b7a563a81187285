'use client';

import { useMutation } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { DataOffer } from '@/components/downloads/data-offer.tsx';
import { firstRunConfig } from '@/components/downloads/first-start.ts';
import { useDataStatus } from '@/components/downloads/use-data-status.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { RunsExamples } from './runs-examples.tsx';
import { ImportButton } from './runs-import.tsx';

/** The start page while there are no runs: what the app does, and how to start. */
export function RunsEmpty({ importFiles }: { importFiles: (files: readonly File[]) => Promise<void> }) {
  return (
    <main className="mx-auto max-w-3xl px-4 py-12 sm:py-20">
      <div className="text-center">
        <h1 className="text-balance font-semibold text-2xl tracking-tight">
          Teach a trained network to see something new
        </h1>
        <p className="mx-auto mt-3 max-w-xl text-balance text-[15px] text-soft">
          A run trains MobileNetV2 on this machine in two stages. Watch its curves live, compare them with other runs,
          and download the Keras model.
        </p>
        <StartFirstRun />
      </div>
      <DataOffer className="mt-10" />
      <p className="mt-4 flex flex-wrap items-center justify-center gap-2 text-center text-faint">
        Or view logs of finished runs: drop them here. <ImportButton importFiles={importFiles} />
      </p>
      <Preview />
      <RunsExamples />
    </main>
  );
}

/** Starts the first run with one click, on the data that is available. */
function StartFirstRun() {
  const trpc = useTRPC();
  const router = useRouter();
  const status = useDataStatus();
  const start = useMutation(trpc.runs.start.mutationOptions({ onSuccess: ({ id }) => router.push(`/runs/${id}`) }));
  const config = status && firstRunConfig(status);
  return (
    <>
      <div className="mt-6 flex flex-wrap items-center justify-center gap-3">
        <button
          type="button"
          className="button-primary h-10 px-5 text-[15px]"
          onClick={() => config && start.mutate(config)}
          disabled={!config || start.isPending || start.isSuccess}
        >
          <Play size={16} aria-hidden />
          {start.isPending || start.isSuccess ? 'Starting …' : 'Start the first run'}
        </button>
        <Link href="/runs/new" className="button h-10 px-4 text-[15px]">
          Configure a run
        </Link>
      </div>
      <p className="mt-3 min-h-5 text-faint text-sm">
        {config && `Both stages on ${config.dataset === undefined ? 'CIFAR-10' : 'sketch10'}, in a minute or two.`}
      </p>
      {start.error && (
        <p role="alert" className="mt-2 text-bad text-sm">
          {start.error.message}
        </p>
      )}
    </>
  );
}

/** An illustration of the curves of a run with two stages. */
function Preview() {
  return (
    <figure className="card mt-12 overflow-hidden px-5 pt-4 pb-3" aria-hidden>
      <figcaption className="flex justify-between text-faint text-xs">
        <span>validation accuracy, %</span>
        <span>an example</span>
      </figcaption>
      <svg viewBox="0 0 640 190" className="mt-2 w-full" fill="none" role="presentation">
        <path d="M0 40H640M0 95H640M0 150H640" stroke="var(--line)" />
        <path d="M250 8V176" stroke="var(--line-strong)" strokeDasharray="2 4" />
        <path
          d="M8 152C40 108 64 92 104 84S190 74 240 72M262 84C290 68 330 52 380 42S520 26 632 22"
          stroke="var(--run-0)"
          strokeWidth="2.5"
          strokeLinecap="round"
        />
        <path
          d="M8 162C40 124 70 108 110 101S190 93 240 92M262 93C340 88 480 85 632 84"
          stroke="var(--run-1)"
          strokeWidth="2.5"
          strokeLinecap="round"
        />
        <g fill="var(--faint)" className="text-[11px] max-sm:text-[20px]">
          <text x="244" y="16" textAnchor="end">
            stage 1: the head
          </text>
          <text x="256" y="16">
            stage 2: fine-tuning
          </text>
          <text x="640" y="188" textAnchor="end">
            epoch
          </text>
        </g>
      </svg>
    </figure>
  );
}
