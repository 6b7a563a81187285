'use client';

import { useQuery } from '@tanstack/react-query';
import { LogOut, Plus } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTRPC } from '@/components/live/trpc.ts';
import { formatCores, formatShare, formatTimeLeft } from '@/lib/format.ts';
import { runShare } from '@/lib/run/progress.ts';
import { ThemeSwitch } from './theme-switch.tsx';

const pages = { '/': 'Runs', '/compare': 'Compare' };

/**
 * Navigation and the machine's current activity.
 * @param hasLogin whether the server requires a login, which can then be ended here
 */
export function TopBar({ hasLogin }: { hasLogin: boolean }) {
  const path = usePathname();
  return (
    <header className="sticky top-0 z-20 border-line border-b bg-panel/95 backdrop-blur">
      <div className="mx-auto flex h-12 max-w-[1600px] items-center gap-1.5 px-3 sm:gap-5 sm:px-4">
        <Link href="/" className="flex items-center gap-2 font-semibold text-[15px] tracking-tight">
          <Logo />
          <span className="max-sm:sr-only">transfer-lab</span>
        </Link>
        <nav aria-label="Pages">
          {Object.entries(pages).map(([href, name]) => (
            <Link
              key={href}
              href={href}
              aria-current={path === href ? 'page' : undefined}
              className="rounded-md px-1.5 py-1 text-soft hover:bg-raised hover:text-ink sm:px-2 aria-[current]:font-medium aria-[current]:text-ink"
            >
              {name}
            </Link>
          ))}
        </nav>
        <EngineStatus />
        <ThemeSwitch />
        {hasLogin && (
          // Not a Next link: the page works without the app.
          <a
            href="/logout"
            className="rounded-md p-1.5 text-soft hover:bg-raised hover:text-ink"
            aria-label="Sign out"
            title="Sign out"
          >
            <LogOut size={16} aria-hidden />
          </a>
        )}
        <Link href="/runs/new" className="button-primary">
          <Plus size={14} aria-hidden className="max-[24rem]:hidden" />
          New run
        </Link>
      </div>
    </header>
  );
}

/** A curve with a step, for the two stages. */
const Logo = () => (
  <svg viewBox="0 0 20 20" className="size-5" fill="none" aria-hidden="true">
    <rect width="20" height="20" rx="5" fill="var(--accent)" />
    <path
      d="M4 15c1.5-3 3-4.2 5.2-4.2M11 9.2c.8-2.6 2.2-4 5-4.2"
      stroke="var(--on-accent)"
      strokeWidth="1.8"
      strokeLinecap="round"
    />
  </svg>
);

/** The engine and its current activity, with a link to the training run. */
function EngineStatus() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.status.queryOptions(undefined, { refetchInterval: 5000 }));
  if (!data) return <div className="grow" />;
  const engine = data.threads === null ? data.engine : `${data.engine} · ${formatCores(data.threads)}`;
  if (!data.running) {
    return <p className="min-w-0 grow truncate text-right text-faint max-sm:invisible">{engine} · idle</p>;
  }
  const { id, name, progress } = data.running;
  const share = runShare(data.running);
  return (
    <div className="flex min-w-0 grow items-center justify-end gap-2 text-soft">
      <span className="shrink-0 text-faint max-md:hidden">{engine}</span>
      <Link
        href={`/runs/${id}`}
        className="min-w-0 truncate rounded-md px-1.5 py-1 hover:bg-raised hover:text-ink max-sm:px-0 max-sm:text-xs"
      >
        <span aria-hidden className="mr-1.5 inline-block size-1.5 rounded-full bg-accent align-middle max-sm:mr-1" />
        <span className="max-sm:sr-only">training </span>
        <span className="font-medium text-ink max-sm:sr-only">{name}</span>
        {share !== null && (
          <>
            <span className="max-sm:sr-only">, </span>
            {formatShare(share)}
          </>
        )}
        {progress?.secondsLeft != null && (
          <span className="max-md:hidden">, {formatTimeLeft(progress.secondsLeft)}</span>
        )}
        {data.queued > 0 && <span className="max-sm:hidden">, {data.queued} queued</span>}
      </Link>
    </div>
  );
}
