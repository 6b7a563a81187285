import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { type EngineName, type EngineVerdict, type EngineVerdicts, engineNames } from '@/lib/config/engines.ts';
import { processorName } from './processor.ts';

/** What engines need of this machine: looked for, not loaded. For Node alone. */

/** Either serves; the first that is installed. */
export const tfjsPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

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

/** Whether onnxruntime-node has a file of this kind for this system. */
function hasOnnxRuntime(kind: RegExp): boolean {
  const folder = packageFolder('onnxruntime-node');
  if (!folder || isMusl()) return false;
  const here = path.join(process.platform, process.arch);
  return filesBelow(path.join(folder, 'bin')).some((file) => file.includes(here) && kind.test(file));
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
export function absenceOf(name: EngineName): string | null {
  switch (name) {
    case 'cpu':
      return hasOnnxRuntime(/binding\.node$/) ? null : `onnxruntime-node has no binary for ${here}`;
    case 'webgpu':
      if (!hasOnnxRuntime(/binding\.node$/)) return absenceOf('cpu');
      return findGpu() ? null : 'no GPU found; a software adapter is used only when asked for by name: --engine webgpu';
    case 'cuda':
      if (!findGpu()?.isNvidia) return 'no NVIDIA GPU found';
      return hasOnnxRuntime(/providers_cuda/) ? null : 'CUDA 12 provider not installed: npm run gpu';
    case 'tensorflow':
      return tfjsPackages.some((each) => filesBelow(path.join(packageFolder(each) ?? '', 'lib')).some(isBinding))
        ? null
        : 'tfjs-node-gpu has no binary here: npm run tensorflow';
    case 'wasm':
      if (!packageFolder('onnxruntime-web')) return 'onnxruntime-web is not installed: npm ci';
      return absenceOf('cpu') ? null : 'ONNX Runtime has its own binary here, which is faster';
  }
}

/** Why engines cannot run here, of those that cannot. */
export const absences = (): EngineVerdicts =>
  Object.fromEntries(
    engineNames.flatMap((name): [EngineName, EngineVerdict][] => {
      const why = absenceOf(name);
      return why ? [[name, { is: 'absent', why }]] : [];
    }),
  );

const isBinding = (file: string): boolean => file.endsWith('tfjs_binding.node');

/** Changes whenever a check might end otherwise: another package, system, processor or GPU. */
export function partsFingerprint(): string[] {
  const versions = ['onnxruntime-node', 'onnxruntime-web', ...tfjsPackages].map((name) => {
    const folder = packageFolder(name);
    return folder
      ? (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version
      : '';
  });
  const present = engineNames.map((name) => absenceOf(name) ?? name);
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
