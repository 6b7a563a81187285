import type { Metadata } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Providers } from '@/components/layout/providers.tsx';
import { TopBar } from '@/components/layout/top-bar.tsx';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'transfer-lab', template: '%s · transfer-lab' },
  description: 'Transfer-learning experiments on CIFAR-10, on your own machine.',
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // The answer's own, without which no script of a page runs: so no page is made before it is asked for.
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers nonce={nonce}>
          <TopBar />
          {children}
        </Providers>
      </body>
    </html>
  );
}
