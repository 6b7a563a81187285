import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { projectRoot } from '@/tools/testing/paths.ts';
import { inspect } from './inspect.ts';
import { hdf5, makeBlackArchive, makeFolder, sendsFile, serveFile, sha256Of } from './source.test-helper.ts';
import { sourceOf } from './sources.ts';

// Each test starts processes, whose speed is not under test.
vi.setConfig({ testTimeout: 120_000 });

const project = projectRoot;

/** Runs the command as npm does. @param onOutput receives everything printed so far */
function getData(args: string[], environment: Record<string, string>, onOutput?: (text: string, pid: number) => void) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join('server', 'data', 'cli.ts'), ...args], {
    cwd: project,
    env: { ...process.env, ...environment },
  });
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        output += text;
        onOutput?.(output, child.pid!);
      });
    }
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe('npm run get-data', () => {
  it('downloads what is missing and resumes after Ctrl-C', async () => {
    const archive = await makeBlackArchive();
    const cifar10 = await serveFile(archive);
    const weights = await serveFile(hdf5(5000));
    const data = await makeFolder();
    const environment = {
      DATA_DIR: data,
      CIFAR10_URL: cifar10.url,
      CIFAR10_SHA256: sha256Of(archive),
      WEIGHTS_URL: weights.url,
    };
    const half = Math.floor(archive.length / 2);
    cifar10.answers = [sendsFile({ stallsAfter: half })];
    let sent = false;
    const stopped = await getData([], environment, (text, pid) => {
      if (sent || !text.includes('% of')) return;
      sent = true;
      process.kill(pid, 'SIGINT');
    });
    expect(stopped).toMatchObject({
      code: 130,
      output: expect.stringContaining('Run the same command again to resume.'),
    });

    const { code, output } = await getData(['--image_size', '96'], environment);
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/CIFAR-10: now in .*ImageNet weights for 96 px: now in/s),
    ]);
    expect(cifar10.requests[1]!.range).toMatch(/^bytes=\d+-$/);
    const settings = { cifar10Url: null, cifar10Sha256: null, weightsUrl: null };
    for (const part of ['cifar10', 'weights-96'] as const) {
      expect(inspect(data, sourceOf(part, settings))).toEqual({ is: 'present' });
    }

    const again = await getData(['--image_size=96'], environment);
    expect([again.code, again.output.match(/already in/g)]).toEqual([0, ['already in', 'already in']]);
  });

  it('exits 1 if a source is unreachable, prints manual instructions and downloads the other source', async () => {
    const { url: WEIGHTS_URL } = await serveFile(hdf5(5000));
    const unreachable = { DATA_DIR: await makeFolder(), CIFAR10_URL: 'http://127.0.0.1:1/cifar.tar.gz' };
    const { code, output } = await getData([], { ...unreachable, WEIGHTS_URL });
    expect(code).toBe(1);
    expect(output).toMatch(
      /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\).*By hand: download http.*weights: now in/s,
    );
    expect(output).not.toContain('    at ');
  });

  it.each([['--image_size', '100'], ['--imagesize', '96'], ['cifar10']])('exits 2 on %s', async (...args) => {
    const { code, output } = await getData(args, {});
    expect([code, output]).toEqual([2, expect.stringContaining('usage: npm run get-data')]);
  });
});
