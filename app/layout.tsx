import type { Metadata } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Providers } from '@/components/layout/providers.tsx';
import { TopBar } from '@/components/layout/top-bar.tsx';
import { getEnv } from '@/server/env.ts';
import './globals.css';

const description = 'Transfer-learning experiments on CIFAR-10, on your own machine.';

export async function generateMetadata(): Promise<Metadata> {
  const asked = await headers();
  return {
    // Addresses of pictures in it are absolute, and the server has no address but the one it was asked at.
    metadataBase: new URL(`${asked.get('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${asked.get('host')}`),
    title: { default: 'transfer-lab', template: '%s · transfer-lab' },
    description,
    icons: {
      icon: [
        { url: '/favicon.ico', sizes: '48x48' },
        { url: '/icon.svg', type: 'image/svg+xml', sizes: 'any' },
      ],
      apple: '/apple-touch-icon.png',
    },
    openGraph: {
      type: 'website',
      siteName: 'transfer-lab',
      title: 'transfer-lab',
      description,
      images: [{ url: '/og.png', width: 1200, height: 630, alt: 'transfer-lab: curves of three runs in two stages' }],
    },
  };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  // The CSP nonce of this response; scripts without it are blocked. Reading it makes every page render per request.
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers nonce={nonce}>
          <TopBar hasLogin={getEnv().authToken !== null} />
          {children}
        </Providers>
      </body>
    </html>
  );
}
