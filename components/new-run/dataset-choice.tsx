import { useWatch } from 'react-hook-form';
import { useDatasets } from '@/components/downloads/use-datasets.ts';
import { builtInDatasets, isBuiltInDataset } from '@/lib/data/datasets.ts';
import { formatCount } from '@/lib/format.ts';
import type { DatasetList, DatasetSummary } from '@/server/data/datasets.ts';
import type { ControlProps } from './control-props.ts';
import type { FormValues } from './read-form.ts';

/** A menu of all data sets, with details of the selected one. */
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
      {list?.problem && <p className="mt-1 text-warn text-xs [overflow-wrap:anywhere]">{list.problem}</p>}
      {list && <Unusable list={list} chosen={chosen} />}
      {list && <HowToAdd folder={list.folder} />}
    </>
  );
}

const titleOf = (name: string) => (isBuiltInDataset(name) ? builtInDatasets[name].title : name);

function Contents({ dataset: { classes, size, problem, skipped, split } }: { dataset: DatasetSummary }) {
  return (
    <div className="mt-1 text-soft text-xs">
      {problem && <p className="font-medium text-bad">{problem}</p>}
      {size && (
        <p className="[overflow-wrap:anywhere]">
          {formatCount(size.train)} training, {formatCount(size.val)} validation and {formatCount(size.test)} test
          images in {classes.length} classes: {classes.slice(0, maxNamedClasses).join(', ')}
          {classes.length > maxNamedClasses && ' …'}
        </p>
      )}
      {split && (
        <p>
          Training and validation images are from {foldersOf(split.train)};{' '}
          {split.test.length > 0
            ? `test images from ${foldersOf(split.test)}.`
            : 'a fifth of them is held out for testing.'}
        </p>
      )}
      {skipped.length > 0 && (
        <details className="mt-0.5">
          <summary className="cursor-pointer text-warn">
            {skipped.length === 1 ? '1 file or folder' : `${formatCount(skipped.length)} files or folders`} skipped
          </summary>
          <ul className="mt-1 max-h-40 list-disc overflow-y-auto pl-4 [overflow-wrap:anywhere]">
            {skipped.slice(0, maxListedFiles).map(({ file, reason }) => (
              <li key={file}>
                {file} {reason}
              </li>
            ))}
            {skipped.length > maxListedFiles && <li>and {formatCount(skipped.length - maxListedFiles)} more</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

const foldersOf = (names: readonly string[]) => names.map((name) => `${name}/`).join(' and ');

const maxNamedClasses = 12;
const maxListedFiles = 200;

/** Why other folders in the datasets folder cannot be trained on. */
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
    To use your images, create a folder in <code className="font-mono">{folder}</code> with one subfolder per class that
    contains PNG or JPEG files.
  </p>
);
