import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** Finishing a run early in the browser, with a scripted trainer. */

let app: AppServer;
let page: Page;
beforeAll(async () => {
  const opened = await openAppPage(shareApp({ TRAINER_ENTRY: scriptedTrainer }));
  ({ app, page } = opened);
  return opened.close;
}, 600_000);

const start = async (name: string) => (await app.trpc.runs.start.mutate({ name })).id;
const button = (name: string) => page.getByRole('button', { name, exact: true });
const runStatus = () => page.locator('main').getAttribute('data-run-status');

/** Opens a run's page once its first epoch is recorded. */
async function openRun(id: string) {
  await expect.poll(async () => (await app.trpc.runs.get.query({ id })).valAccuracy).not.toBeNull();
  await visit(page, `${app.url}/runs/${id}`);
}

it('finishes a run after confirmation, and marks it', async () => {
  const id = await start('finishes early');
  await openRun(id);
  await button('Finish now').click();
  const dialog = page.getByRole('alertdialog');
  expect(await dialog.textContent()).toContain('The best epoch so far is evaluated and exported');
  await dialog.getByRole('button', { name: 'Keep training' }).click();
  expect(await runStatus()).toBe('running');
  await button('Finish now').click();
  await dialog.getByRole('button', { name: 'Finish now' }).click();
  await button('Finishing …').waitFor();
  expect(await button('Skip to stage 2').isDisabled()).toBe(true);
  writeFileSync(path.join(app.folder, 'results', id, 'go'), '');
  await expect.poll(runStatus).toBe('completed');
  await page.getByRole('main').getByText('finished early', { exact: true }).waitFor();
});

it('skips to stage 2, which is offered only in stage 1', async () => {
  const id = await start('finishes early');
  await openRun(id);
  await button('Skip to stage 2').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Skip to stage 2' }).click();
  await expect
    .poll(async () => (await app.trpc.runs.get.query({ id })).events.map(({ event }) => event))
    .toContainEqual(expect.objectContaining({ type: 'finish-requested', scope: 'stage1' }));
  await expect.poll(() => button('Skip to stage 2').isDisabled()).toBe(true);
  await app.trpc.runs.cancel.mutate({ id });
});

it('evaluates a canceled run', async () => {
  const id = await start('finishes early');
  await openRun(id);
  await app.trpc.runs.cancel.mutate({ id });
  const folder = path.join(app.folder, 'results', id);
  for (const name of ['checkpoint.safetensors', 'go']) writeFileSync(path.join(folder, name), '');
  await visit(page, `${app.url}/runs/${id}`);
  await button('Evaluate').click();
  await expect.poll(runStatus).toBe('completed');
  await page.getByRole('main').getByText('finished early', { exact: true }).waitFor();
});
