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
  'run.json': 'Config, metrics and curves in the original script’s format',
  'predictions.bin': 'True class and predicted probabilities of every test image',
  'metrics.csv': 'Metrics of both stages, one row per epoch',
  'tensorboard.zip': 'The same metrics as event files, for tensorboard --logdir',
  'trainer.log': 'Everything the trainer printed',
  'run.zip': 'All files of this run',
};

/** Files that are created on download, and whether the run has the data for them. */
const createdOnDownload: Record<string, (run: RunDetail) => boolean> = {
  'metrics.csv': (run) => eventsOf(run, 'epoch').length > 0,
  'tensorboard.zip': (run) => eventsOf(run, 'epoch').length > 0,
  'run.zip': (run) => run.files.length > 0,
};

/** A run's files for download. Files that do not exist yet are listed with a reason. */
export function RunFiles({ run }: { run: RunDetail }) {
  return (
    <Card title="Files">
      <CanceledNote run={run} />
      <ul className="divide-y divide-line text-sm">
        {Object.entries(descriptions).map(([name, description]) => {
          const file = run.files.find((each) => each.name === name);
          const isAvailable = file || createdOnDownload[name]?.(run);
          // An imported log has no other files and never will.
          if (!isAvailable && run.status === 'imported') return null;
          return (
            <li key={name} className="flex items-center gap-3 py-1.5">
              <div className="min-w-0 grow">
                {isAvailable ? (
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
              <span className="max-w-36 shrink-0 text-balance text-right text-faint text-xs">
                {file ? formatBytes(file.bytes) : isAvailable ? 'Created on download' : describeAbsence(run, name)}
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function describeAbsence({ status, exportPending }: RunDetail, name: string): string {
  // A canceled run has no predictions, since it was not evaluated; the other two are created on download.
  if (exportPending && !['predictions.bin', 'metrics.csv', 'tensorboard.zip'].includes(name)) return 'Exporting …';
  return isFinal(status) ? 'Not created' : 'Available when the run finishes';
}
