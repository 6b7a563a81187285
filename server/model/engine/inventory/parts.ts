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

/** Detects the packages, binaries and GPUs that engines require, without loading any engine. Node only. */

/**
 * The folder of a package installed in the project; null if it is not installed. Resolves from the current folder, which
 * every entry point sets to the project root.
 */
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

/** Whether the C library is musl (Alpine Linux), which cannot run binaries built for glibc. Cached: Node's report is slow. */
function isMusl(): boolean {
  musl ??=
    process.platform === 'linux' &&
    !(process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
  return musl;
}

/** Whether a package is installed, including the binary for this system if it needs one. */
function isInstalled(name: string, binary: EngineFacts['binary']): boolean {
  const folder = packageFolder(name);
  if (!folder || !binary) return folder !== null;
  if (binary.isForEachSystem && isMusl()) return false;
  const subfolder = binary.isForEachSystem ? path.join(process.platform, process.arch) : '';
  // The folder is known only at run time, so Turbopack must not trace it.
  const files = filesBelow(path.join(/* turbopackIgnore: true */ folder, binary.folder));
  return files.some((file) => file.includes(subfolder) && file.includes(binary.name));
}

/** Detects the first GPU of this machine. Only Linux lists its devices as files; on other systems a GPU is assumed. */
export function findGpu(): { name: string; isNvidia: boolean } | null {
  if (process.platform === 'darwin') return { name: `${processorName()} GPU`, isNvidia: false };
  if (process.platform !== 'linux') return { name: 'GPU', isNvidia: existsSync('C:\\Windows\\System32\\nvcuda.dll') };
  const [nvidia] = filesBelow('/proc/driver/nvidia/gpus').filter((file) => file.endsWith('information'));
  if (nvidia) {
    const model = /^Model:\s*(.+)$/m.exec(readFileSync(path.join('/proc/driver/nvidia/gpus', nvidia), 'utf8'))?.[1];
    return { name: model?.trim() ?? 'NVIDIA GPU', isNvidia: true };
  }
  if (existsSync('/dev/nvidia0')) return { name: 'NVIDIA GPU', isNvidia: true };
  const hasRenderDevice = existsSync('/dev/dxg') || filesBelow('/dev/dri').some((file) => file.startsWith('renderD'));
  return hasRenderDevice ? { name: 'GPU', isNvidia: existsSync('/usr/lib/wsl/lib/libcuda.so.1') } : null;
}

const system = `${process.platform} ${process.arch}`;

/** Why an engine cannot run on this machine, with what to do about it; null if it may run. */
export function unavailableReason(name: EngineName): string | null {
  const { packages, binary, gpu, missing, replaces }: EngineFacts = engines[name];
  if (gpu && !hasGpu(gpu.maker)) return gpu.missing;
  if (!packages.some((each) => isInstalled(each, binary))) return missing(system);
  return replaces && unavailableReason(replaces.engine as EngineName) === null ? replaces.unneeded : null;
}

function hasGpu(maker: 'any' | 'NVIDIA'): boolean {
  const gpu = findGpu();
  return gpu !== null && (maker === 'any' || gpu.isNvidia);
}

/** The verdicts on all engines that cannot run on this machine. */
export const unavailableEngines = (): EngineVerdicts =>
  Object.fromEntries(
    engineNames.flatMap((name): [EngineName, EngineVerdict][] => {
      const why = unavailableReason(name);
      return why ? [[name, { is: 'absent', why }]] : [];
    }),
  );

/** Everything that can change a check's result: package versions, system, processor and GPU. */
export function environmentFacts(): string[] {
  const packages = new Set<string>(engineNames.flatMap((name) => engines[name].packages));
  const versions = [...packages].map((name) => {
    const folder = packageFolder(name);
    return folder
      ? (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version
      : '';
  });
  const availability = engineNames.map((name) => unavailableReason(name) ?? name);
  return [
    ...versions,
    ...availability,
    process.version,
    system,
    processorName(),
    String(os.availableParallelism()),
    findGpu()?.name ?? '',
  ];
}
