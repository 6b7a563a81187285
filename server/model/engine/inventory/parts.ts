import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {
  type EngineFacts,
  type EngineName,
  type EngineVerdict,
  type EngineVerdicts,
  engineNames,
  engines,
} from '@/lib/config/engines.ts';
import { processorName } from './processor.ts';

/** Looks for what engines need of this machine, without loading any. For Node alone. */

/** The folder of a package installed in the project, which every entry makes its current folder; null where it is not. */
export function packageFolder(name: string): string | null {
  try {
    const found = createRequire(path.join(process.cwd(), 'package.json')).resolve(name);
    const end = path.join('node_modules', ...name.split('/'));
    return found.slice(0, found.lastIndexOf(end) + end.length);
  } catch {
    return null;
  }
}

const filesBelow = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];

let musl: boolean | null = null;

/** Alpine and its like: their C library runs no binary that was made for another. Found out once, as Node's report is slow. */
function isMusl(): boolean {
  musl ??=
    process.platform === 'linux' &&
    !(process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
  return musl;
}

/** Whether a package is installed, with its binary for this system where it needs one. */
function isInstalled(name: string, binary: EngineFacts['binary']): boolean {
  const folder = packageFolder(name);
  if (!folder || !binary) return folder !== null;
  if (binary.isForEachSystem && isMusl()) return false;
  const place = binary.isForEachSystem ? path.join(process.platform, process.arch) : '';
  // Packages are found at run time: nothing to trace when pages are built.
  const files = filesBelow(path.join(/* turbopackIgnore: true */ folder, binary.folder));
  return files.some((file) => file.includes(place) && file.includes(binary.name));
}

/** The first GPU of this machine, as far as the system tells; Linux does by its devices, others cannot be asked so. */
export function findGpu(): { name: string; isNvidia: boolean } | null {
  if (process.platform === 'darwin') return { name: `${processorName()} GPU`, isNvidia: false };
  if (process.platform !== 'linux') return { name: 'GPU', isNvidia: existsSync('C:\\Windows\\System32\\nvcuda.dll') };
  const [nvidia] = filesBelow('/proc/driver/nvidia/gpus').filter((file) => file.endsWith('information'));
  if (nvidia) {
    const model = /^Model:\s*(.+)$/m.exec(readFileSync(path.join('/proc/driver/nvidia/gpus', nvidia), 'utf8'))?.[1];
    return { name: model?.trim() ?? 'NVIDIA GPU', isNvidia: true };
  }
  if (existsSync('/dev/nvidia0')) return { name: 'NVIDIA GPU', isNvidia: true };
  const rendersHere = existsSync('/dev/dxg') || filesBelow('/dev/dri').some((file) => file.startsWith('renderD'));
  return rendersHere ? { name: 'GPU', isNvidia: existsSync('/usr/lib/wsl/lib/libcuda.so.1') } : null;
}

const here = `${process.platform} ${process.arch}`;

/** Why an engine cannot run here, and what a person can do about it; null where it is worth a try. */
export function unavailableReason(name: EngineName): string | null {
  const { packages, binary, gpu, missing, replaces }: EngineFacts = engines[name];
  if (gpu && !hasGpu(gpu.maker)) return gpu.missing;
  if (!packages.some((each) => isInstalled(each, binary))) return missing(here);
  return replaces && unavailableReason(replaces.engine as EngineName) === null ? replaces.unneeded : null;
}

function hasGpu(maker: 'any' | 'NVIDIA'): boolean {
  const gpu = findGpu();
  return gpu !== null && (maker === 'any' || gpu.isNvidia);
}

/** Why engines cannot run here, of those that cannot. */
export const unavailableEngines = (): EngineVerdicts =>
  Object.fromEntries(
    engineNames.flatMap((name): [EngineName, EngineVerdict][] => {
      const why = unavailableReason(name);
      return why ? [[name, { is: 'absent', why }]] : [];
    }),
  );

/** Changes whenever a check might end otherwise: another package, system, processor or GPU. */
export function partsFingerprint(): string[] {
  const packages = new Set<string>(engineNames.flatMap((name) => engines[name].packages));
  const versions = [...packages].map((name) => {
    const folder = packageFolder(name);
    return folder
      ? (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version
      : '';
  });
  const present = engineNames.map((name) => unavailableReason(name) ?? name);
  return [
    ...versions,
    ...present,
    process.version,
    here,
    processorName(),
    String(os.availableParallelism()),
    findGpu()?.name ?? '',
  ];
}
