import type { Metadata } from 'next';
import { TrainForm } from '@/components/train-form.tsx';

export const metadata: Metadata = { title: 'New run' };

export default function NewRunPage() {
  return (
    <main className="mx-auto max-w-6xl px-4 pt-6">
      <h1 className="mb-4 font-semibold text-lg">New run</h1>
      <TrainForm />
    </main>
  );
}
