import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '@/components/providers.tsx';
import { TopBar } from '@/components/top-bar.tsx';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'transfer-lab', template: '%s · transfer-lab' },
  description: 'Transfer-learning experiments on CIFAR-10, on your own machine.',
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers>
          <TopBar />
          {children}
        </Providers>
      </body>
    </html>
  );
}
