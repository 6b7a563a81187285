import type { Metadata } from 'next';
import { CompareView } from '@/components/compare/compare-view.tsx';
import { readCompareState } from '@/lib/compare/compare-state.ts';
import { findRun } from '@/server/runs/queries/find-run.ts';

export const metadata: Metadata = { title: 'Compare' };

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function ComparePage({ searchParams }: Props) {
  const { ids } = await searchParams;
  const requested = readCompareState(new URLSearchParams({ ids: String(ids ?? '') })).ids;
  const details = await Promise.all(requested.map(findRun));
  return <CompareView details={details.filter((run) => run !== null)} />;
}
