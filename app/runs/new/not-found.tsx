import Link from 'next/link';
import { defaultData } from '@/components/downloads/first-start.ts';
import { TrainForm } from '@/components/new-run/train-form.tsx';
import { getCaller } from '@/server/caller.ts';

/** The form with a notice: the run whose config should fill it does not exist. */
export default async function NewRunNotFound() {
  return (
    <main className="mx-auto max-w-6xl px-4 pt-6">
      <h1 className="mb-4 font-semibold text-lg">New run</h1>
      <TrainForm
        data={defaultData(await getCaller().data.status())}
        notice={
          <p>
            The run to copy the config from was not found. It may have been deleted, or the address may be mistyped.{' '}
            <Link href="/" className="text-accent underline">
              All runs
            </Link>
          </p>
        }
      />
    </main>
  );
}
