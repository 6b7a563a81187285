import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startAppIn } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';

const TRAINER_ENTRY = scriptedTrainer;

/** A log as the original script wrote it under Keras 3: every even epoch of stage 2 is a single batch of 64. */
const log = {
  config: { n_unfreeze: 30, epochs_stage1: 50, epochs_stage2: 4, batch_size: 64, augment: 'True', seed: 42 },
  metrics: { val_end2end: 0.876, test_end2end: 0.87 },
  curves: {
    stage1: { accuracy: [0.8058, 0.8745], loss: [1, 0.9], val_accuracy: [0.85, 0.86], val_loss: [1, 0.9] },
    stage2: {
      accuracy: [0.79311, 0.8125, 0.80515, 0.84375],
      loss: [1, 1, 1, 1],
      val_accuracy: [0.861, 0.862, 0.863, 0.864],
      val_loss: [1, 1, 1, 1],
    },
  },
};

describe('reproducing a log, in a browser', () => {
  let folder: string;
  let app: AppServer;
  let page: Page;
  let training: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reproduce-'));
    await mkdir(path.join(folder, 'results'));
    await writeFile(path.join(folder, 'results', 'reproduces.json'), JSON.stringify(log));
    const started = startAppIn(folder, { TRAINER_ENTRY });
    const opened = await openAppPage(started, { viewport: { width: 1440, height: 900 } });
    ({ app, page } = opened);
    const [imported] = await vi.waitFor(async () => {
      const { runs } = await app.trpc.runs.list.query();
      expect(runs).toHaveLength(1);
      return runs;
    }, 90_000);
    // Nothing is measured while a run trains.
    training = (await app.trpc.runs.start.mutate({ name: 'waits' })).id;
    await visit(page, `${app.url}/runs/${imported!.id}`);
    return async () => {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    };
  }, 600_000);

  const accuracy = () => page.getByRole('figure', { name: /^accuracy, % by epoch/ }).getAttribute('aria-label');

  it('draws the complete epochs of such a log, and all epochs on request', async () => {
    await expect.poll(accuracy).toContain('4 epochs, validation now 86.30');
    await page.getByText('Include single batches').click();
    await expect.poll(accuracy).toContain('6 epochs, validation now 86.40');
    await expect.poll(() => page.url()).toMatch(/\?batches=shown$/);
    await reload(page);
    await expect.poll(accuracy).toContain('6 epochs, validation now 86.40');
    await visit(page, page.url().replace('shown', 'nonsense'));
    await expect.poll(accuracy).toContain('4 epochs, validation now 86.30');
  });

  it('shows nothing that does not apply to a log', async () => {
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
    expect(await page.getByRole('heading', { name: /^(Log|Speed)$/ }).count()).toBe(0);
    expect(await page.getByText(/Not created|trainer has started/).count()).toBe(0);
  });

  it('is offered in full, and also scaled down once its time on this machine is known', async () => {
    const full = page.getByRole('listitem').filter({ hasText: 'Reproduce in full' });
    const scaled = page.getByRole('listitem').filter({ hasText: 'Reproduce scaled down' });
    await expect
      .poll(() => full.textContent())
      .toContain('Time on this machine not known yet · to be measured when no run is training');
    expect(await scaled.count()).toBe(0);
    await app.trpc.runs.cancel.mutate({ id: training });
    await expect.poll(() => full.textContent()).toMatch(/About 41–52\smin on this machine$/);
    await expect.poll(() => scaled.textContent()).toMatch(/96 instead of 160 px, .* · About \d/);
    await app.trpc.runs.delete.mutate({ id: training });
  });

  it('trains the same config again, draws both curves, and finally reports the difference in points', async () => {
    await page.getByRole('button', { name: 'Reproduce in full' }).click();
    const sentence = (status: string) => page.locator(`[data-reproduction="${status}"]`).textContent();
    await expect
      .poll(() => sentence('running'))
      .toBe('After epoch 1 of stage 1: 85.00\u00a0% validation accuracy here, 85.00\u00a0% in the log.');
    const chart = page.getByRole('figure', {
      name: /^validation accuracy by epoch: log “reproduces” .*reproduces again/,
    });
    expect(await chart.count()).toBe(1);

    const own = (await app.trpc.runs.list.query()).runs.find((run) => run.status === 'running')!;
    expect(own.config).toMatchObject({ name: 'reproduces again', n_unfreeze: 30, augment: true, epochs_stage2: 2 });
    await writeFile(path.join(folder, 'results', own.id, 'go'), '');
    await expect
      .poll(() => sentence('completed'))
      .toBe('Reproduced within 0.5 points: 87.10\u00a0% validation accuracy here, 87.60\u00a0% in the log.');
  });

  it('also draws complete epochs next to the runs table', async () => {
    await visit(page, app.url);
    const markers = () => page.locator('section[aria-label="Curves"] .scatterlayer .points path').count();
    // Four of the log, two of its reproduction.
    await expect.poll(markers).toBe(6);
    await page.getByRole('checkbox', { name: 'single batches' }).check();
    await expect.poll(markers).toBe(8);
    await expect.poll(() => page.url()).toContain('batches=true');
  });

  it('shows the best run tested on other images, and stores that choice in the URL', async () => {
    await visit(page, `${app.url}/?tested=nonsense`);
    const best = page.getByRole('region', { name: 'Best run' });
    const shown = () => best.getByRole('link').textContent();
    const other = best.getByRole('combobox', { name: 'tested on' });
    await other.waitFor();
    const before = await shown();
    await other.selectOption({ index: 1 });
    await expect.poll(shown).not.toBe(before);
    const chosen = await shown();
    await expect.poll(() => page.url()).toMatch(/tested=(?!nonsense)/);
    await reload(page);
    await expect.poll(shown).toBe(chosen);
  });
});
