import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { extract } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import { inProject, referenceNumbers } from '@/tools/testing/paths.ts';
import { packageFolder } from './inventory/parts.ts';

/** Tests WebGPU without a GPU, on SwiftShader: a correct but very slow software adapter bundled with the tests' browser. */

const archive = path.join(packageFolder('@sparticuz/chromium') ?? '', 'bin', 'swiftshader.tar.br');
const isHere = process.platform === 'linux' && process.arch === 'x64' && existsSync(archive);
const title = 'WebGPU on a software adapter';

describe.skipIf(!realData || !isHere)(isHere ? needsData(title) : `${title} (skipped: needs Linux on x86-64)`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'swiftshader-'));
    await writeFile(path.join(folder, 'archive.tar'), brotliDecompressSync(readFileSync(archive)));
    await extract({ file: path.join(folder, 'archive.tar'), cwd: folder });
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs the bundle of `npm run parity` in a process that finds no other adapter. */
  async function parity(reference: object): Promise<{ code: number | null; printed: string }> {
    const file = path.join(folder, 'reference.json');
    await writeFile(file, JSON.stringify(reference));
    const entry = inProject('dist/bench/parity.mjs');
    const child = spawn(process.execPath, [entry, '--engine', 'webgpu', file], {
      env: {
        ...process.env,
        DATA_DIR: realData!,
        LD_LIBRARY_PATH: folder,
        VK_ICD_FILENAMES: path.join(folder, 'vk_swiftshader_icd.json'),
      },
    });
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += text;
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, printed })));
  }

  it('matches PyTorch’s features at 96 px', { timeout: 600_000 }, async () => {
    const { images, features } = fixture('features.json');
    const { code, printed } = await parity({ images, features: { 96: features['96'] } });
    expect(printed).toContain('ok   features, 96 px');
    expect(code).toBe(0);
  });

  it('matches the losses and gradients of two float64 steps at 96 px', { timeout: 600_000 }, async () => {
    const name = 'n10_96px_lr1e-5_from_image_0';
    const steps = fixture('finetune-steps.json')[name];
    const { printed } = await parity({ [name]: { ...steps, losses: steps.losses.slice(0, 2) } });
    expect(printed).toContain(`ok   ${name}: losses`);
    expect(printed).toContain(`ok   ${name}: gradient norms at step 0`);
  });
});

const fixture = (name: string) => JSON.parse(readFileSync(path.join(referenceNumbers, name), 'utf8'));
