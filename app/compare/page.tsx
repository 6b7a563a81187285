import type { Metadata } from 'next';
import { readCompareState } from '@/components/compare-state.ts';
import { CompareView } from '@/components/compare-view.tsx';
import { findRun } from '@/server/runs/find-run.ts';

export const metadata: Metadata = { title: 'Compare' };

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function ComparePage({ searchParams }: Props) {
  const { ids } = await searchParams;
  const asked = readCompareState(new URLSearchParams({ ids: String(ids ?? '') })).ids;
  const details = await Promise.all(asked.map(findRun));
  return <CompareView details={details.filter((run) => run !== null)} />;
}
