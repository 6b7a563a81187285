import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { readLog } from './read-log.ts';

function openLog() {
  const services = openServices();
  const [id, logFile] = ['20261124-081530-4f2a', 'run.json'];
  services.db.insert(runs).values({ id, config: testConfig(), createdAt: 0, logFile, status: 'running' }).run();
  const folder = path.join(services.env.paths.results, id);
  mkdirSync(folder, { recursive: true });
  return { services, id, file: path.join(folder, 'trainer.log') };
}

describe('readLog', () => {
  it('continues after the previous part, in complete lines until the run has ended', async () => {
    const { services, id, file } = openLog();
    expect(await readLog(services, id)).toEqual({ text: '', from: 0, to: 0 });
    writeFileSync(file, 'größer\nhalf a li');
    const first = await readLog(services, id);
    expect(first).toEqual({ text: 'größer\n', from: 0, to: 9 });
    expect(await readLog(services, id, first.to)).toEqual({ text: '', from: 9, to: 9 });
    appendFileSync(file, 'ne\nno newline');
    expect((await readLog(services, id, first.to)).text).toBe('half a line\n');
    recordEvent(services, id, { type: 'completed', at: 1 });
    expect((await readLog(services, id, 21)).text).toBe('no newline');
  });

  it('reads the end of a long log, from the first complete line', async () => {
    const { services, id, file } = openLog();
    const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`);
    writeFileSync(file, lines.join(''));
    const { text, to } = await readLog(services, id);
    const read = text.split('\n').slice(0, -1);
    expect(read[0]).toMatch(/^line \d+$/);
    expect([read.at(-1), to]).toEqual(['line 99999', lines.join('').length]);
    expect(text.length).toBeLessThanOrEqual(256 * 1024);
    // A reader of the beginning also skips to the end, and `from` shows the gap.
    const later = await readLog(services, id, 70);
    expect(later.text).toBe(text);
    expect(later.from).toBeGreaterThan(70);
  });

  it('starts over if the log has become shorter', async () => {
    const { services, id, file } = openLog();
    writeFileSync(file, 'new\n');
    expect((await readLog(services, id, 500)).text).toBe('new\n');
  });

  it('fails for an unknown run', async () => {
    await expect(readLog(openServices(), 'unknown')).rejects.toMatchObject({ code: 'not-found' });
  });
});
