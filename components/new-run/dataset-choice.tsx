import { useWatch } from 'react-hook-form';
import { useDatasets } from '@/components/downloads/use-datasets.ts';
import { builtInDatasets, isBuiltInDataset } from '@/lib/data/datasets.ts';
import { formatCount } from '@/lib/format.ts';
import type { DatasetList, DatasetSummary } from '@/server/data/datasets.ts';
import type { ControlProps } from './control-props.ts';
import type { FormValues } from './read-form.ts';

/** The data sets that there are, by name, and what is known of the chosen one. */
export function DatasetChoice({ bindings }: Pick<ControlProps, 'bindings'>) {
  const chosen = String(useWatch<FormValues>({ name: 'dataset' }));
  const list = useDatasets();
  const names = list?.datasets.map(({ name }) => name) ?? [];
  const found = list?.datasets.find(({ name }) => name === chosen);
  return (
    <>
      <select className="field" {...bindings}>
        {[...names, ...(names.includes(chosen) ? [] : [chosen])].map((name) => (
          <option key={name} value={name}>
            {titleOf(name)}
          </option>
        ))}
      </select>
      {found && <Contents dataset={found} />}
      {list && <Unusable list={list} chosen={chosen} />}
      {list && <HowToAdd folder={list.folder} />}
    </>
  );
}

const titleOf = (name: string) => (isBuiltInDataset(name) ? builtInDatasets[name].title : name);

function Contents({ dataset: { classes, size, problem, skipped } }: { dataset: DatasetSummary }) {
  return (
    <div className="mt-1 text-soft text-xs">
      {problem && <p className="font-medium text-bad">{problem}</p>}
      {size && (
        <p className="[overflow-wrap:anywhere]">
          {formatCount(size.train)} images to train, {formatCount(size.val)} to validate, {formatCount(size.test)} to
          test in {classes.length} classes: {classes.slice(0, mostNamed).join(', ')}
          {classes.length > mostNamed && ' …'}
        </p>
      )}
      {skipped.length > 0 && (
        <details className="mt-0.5">
          <summary className="cursor-pointer text-warn">
            {skipped.length === 1 ? '1 file or folder is' : `${formatCount(skipped.length)} files or folders are`} left
            out
          </summary>
          <ul className="mt-1 max-h-40 list-disc overflow-y-auto pl-4 [overflow-wrap:anywhere]">
            {skipped.slice(0, mostListed).map(({ file, reason }) => (
              <li key={file}>
                {file} {reason}
              </li>
            ))}
            {skipped.length > mostListed && <li>and {formatCount(skipped.length - mostListed)} more</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

const mostNamed = 12;
const mostListed = 200;

/** Folders that someone put there, but that cannot be trained on: why they cannot be chosen with success. */
function Unusable({ list, chosen }: { list: DatasetList; chosen: string }) {
  const unusable = list.datasets.filter(({ problem, name }) => problem && name !== chosen);
  return unusable.map(({ name, problem }) => (
    <p key={name} className="mt-1 text-warn text-xs [overflow-wrap:anywhere]">
      {name} cannot be used: {problem}
    </p>
  ));
}

const HowToAdd = ({ folder }: { folder: string }) => (
  <p className="mt-1 text-faint text-xs [overflow-wrap:anywhere]">
    Your own images: make a folder in <code className="font-mono">{folder}</code>, in it one for each class with PNG or
    JPEG files.
  </p>
);
