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
  // The CSP nonce of this response; scripts without it are blocked. Reading it makes every page render per request.
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
