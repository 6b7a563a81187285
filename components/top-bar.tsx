'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { timeLeft } from '@/lib/format.ts';
import { runShare } from './prepare-progress.ts';
import { ThemeSwitch } from './theme-switch.tsx';
import { useTRPC } from './trpc.ts';

export function TopBar() {
  const path = usePathname();
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-panel">
      <div className="mx-auto flex h-12 max-w-[1500px] items-center gap-4 px-4">
        <Link href="/" className="font-semibold tracking-tight">
          transfer-lab
        </Link>
        <nav className="flex items-center">
          <Link
            href="/"
            aria-current={path === '/' ? 'page' : undefined}
            className="rounded-md px-2 py-1 text-soft hover:text-ink aria-[current]:text-ink"
          >
            Runs
          </Link>
        </nav>
        <EngineState />
        <ThemeSwitch />
        <Link href="/runs/new" className="button-primary">
          New run
        </Link>
      </div>
    </header>
  );
}

/** What computes and what it is doing now; links to the run that trains. */
function EngineState() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.status.queryOptions(undefined, { refetchInterval: 5000 }));
  if (!data) return <div className="grow" />;
  const engine = `${data.engine} · ${data.threads} threads`;
  if (!data.running) {
    return (
      <div className="min-w-0 grow truncate text-right text-[13px] text-soft max-sm:invisible">{engine} · idle</div>
    );
  }
  const { id, name, progress } = data.running;
  const share = runShare(progress);
  return (
    <Link href={`/runs/${id}`} className="min-w-0 grow truncate text-right text-[13px] text-soft hover:text-ink">
      <span className="max-sm:hidden">{engine} · </span>
      training <span className="text-ink">{name}</span>
      {share !== null && `, ${Math.round(share * 100)} %`}
      {progress?.secondsLeft != null && <span className="max-sm:hidden">, {timeLeft(progress.secondsLeft)}</span>}
      {data.queued > 0 && `, ${data.queued} waiting`}
    </Link>
  );
}
