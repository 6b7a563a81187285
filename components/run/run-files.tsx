import { Download } from 'lucide-react';
import { Card } from '@/components/ui/card.tsx';
import { formatBytes } from '@/lib/format.ts';
import { modelFilesBy } from '@/lib/network/model-files.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';
import { CanceledNote } from './canceled-note.tsx';

const descriptions = {
  ...modelFilesBy('description'),
  'run.json': 'Config, metrics, curves, in the original script’s format',
  'predictions.bin': 'Class and probabilities of every test image',
  'metrics.csv': 'Both curves, a line an epoch',
  'tensorboard.zip': 'The same as event files, for tensorboard --logdir',
  'trainer.log': 'All that the trainer printed',
  'run.zip': 'Everything of this run',
};

/** What is made when it is asked for: whether there is something to make it of. */
const made: Record<string, (run: RunDetail) => boolean> = {
  'metrics.csv': (run) => eventsOf(run, 'epoch').length > 0,
  'tensorboard.zip': (run) => eventsOf(run, 'epoch').length > 0,
  'run.zip': (run) => run.files.length > 0,
};

/** What can be taken away; what is not written yet has its line. */
export function RunFiles({ run }: { run: RunDetail }) {
  return (
    <Card title="Files">
      <CanceledNote run={run} />
      <ul className="divide-y divide-line text-sm">
        {Object.entries(descriptions).map(([name, description]) => {
          const file = run.files.find((each) => each.name === name);
          const isThere = file || made[name]?.(run);
          // A log from elsewhere came alone, and nothing more is written.
          if (!isThere && run.status === 'imported') return null;
          return (
            <li key={name} className="flex items-center gap-3 py-1.5">
              <div className="min-w-0 grow">
                {isThere ? (
                  <a
                    href={`/api/runs/${run.id}/files/${name}`}
                    download
                    className="inline-flex items-center gap-1.5 font-medium text-accent hover:underline"
                  >
                    <Download size={13} aria-hidden />
                    {name}
                  </a>
                ) : (
                  <span className="font-medium text-faint">{name}</span>
                )}
                <p className="text-faint text-xs">{description}</p>
              </div>
              <span className="whitespace-nowrap text-faint text-xs">
                {file ? formatBytes(file.bytes) : isThere ? 'made on request' : whenItComes(run, name)}
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function whenItComes({ status, filesDue }: RunDetail, name: string): string {
  // Nothing was evaluated of a canceled run.
  if (filesDue && !['predictions.bin', 'metrics.csv', 'tensorboard.zip'].includes(name)) return 'being prepared';
  return isFinal(status) ? 'not written' : 'comes at the end';
}
