import Link from 'next/link';
import { dataToStartOn } from '@/components/downloads/first-start.ts';
import { TrainForm } from '@/components/new-run/train-form.tsx';
import { getCaller } from '@/server/caller.ts';

/** The form all the same, where the run that was to fill it is not there. */
export default async function NewRunFromNothing() {
  return (
    <main className="mx-auto max-w-6xl px-4 pt-6">
      <h1 className="mb-4 font-semibold text-lg">New run</h1>
      <TrainForm
        data={dataToStartOn(await getCaller().data.status())}
        notice={
          <p>
            The run that this form was to be filled from is not there: it may have been deleted, or the address has a
            slip in it.{' '}
            <Link href="/" className="text-accent underline">
              All runs
            </Link>
          </p>
        }
      />
    </main>
  );
}
