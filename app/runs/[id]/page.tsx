import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { RunView } from '@/components/run/run-view.tsx';
import { findRun } from '@/server/runs/queries/find-run.ts';

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await findRun((await params).id))?.name ?? 'Unknown run' };
}

export default async function RunPage({ params }: Props) {
  const run = await findRun((await params).id);
  if (!run) notFound();
  return <RunView initial={run} />;
}
