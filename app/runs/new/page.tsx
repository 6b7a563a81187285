import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { defaultData } from '@/components/downloads/first-start.ts';
import { TrainForm } from '@/components/new-run/train-form.tsx';
import { getCaller } from '@/server/caller.ts';
import { findRun } from '@/server/runs/queries/find-run.ts';

export const metadata: Metadata = { title: 'New run' };

interface Props {
  /** `from`: id of the run whose config prefills the form. */
  searchParams: Promise<{ from?: string | string[] }>;
}

export default async function NewRunPage({ searchParams }: Props) {
  const id = [(await searchParams).from].flat()[0];
  const run = id ? await findRun(id) : null;
  if (id && !run) notFound();
  const data = defaultData(await getCaller().data.status());
  return (
    <main className="mx-auto max-w-6xl px-4 pt-6">
      <h1 className="mb-4 font-semibold text-lg">New run</h1>
      <TrainForm
        key={run?.id}
        from={run ? { name: run.name, config: run.config, logFacts: run.logFacts } : undefined}
        data={data}
      />
    </main>
  );
}
