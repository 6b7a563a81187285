import { describe, expect, it } from 'vitest';
import { endEventOf, type TrainerEnd } from './trainer-end.ts';

const failedWith = (code: string, syscall = 'mkdir') => Object.assign(new Error(`${code}: no`), { code, syscall });

describe('endEventOf', () => {
  it.each<[TrainerEnd, object]>([
    [
      { type: 'reported', event: { type: 'completed', at: 1 } },
      { type: 'completed', at: 1 },
    ],
    [{ type: 'canceled' }, { type: 'canceled', at: expect.any(Number) }],
    // Ends that another attempt may avoid are `interrupted`, so that the run is resumed.
    [{ type: 'stopped-from-outside' }, { type: 'interrupted', message: expect.stringContaining('outside') }],
    [
      { type: 'given-up', reason: 'It hung.' },
      { type: 'interrupted', message: 'It hung.' },
    ],
    [
      { type: 'killed', signal: 'SIGTERM' },
      { type: 'interrupted', message: 'The trainer was killed by SIGTERM.' },
    ],
    [
      { type: 'unrecorded', error: failedWith('SQLITE_FULL') },
      { type: 'interrupted', message: expect.stringMatching(/could not be recorded: .*Free up space.*DATABASE_PATH/) },
    ],
    // Ends that need the user are `failed`, with advice.
    [{ type: 'disconnected' }, { code: 'trainer-silent', message: expect.stringContaining('Start the run again') }],
    [{ type: 'protocol-error' }, { code: 'trainer-protocol', message: expect.stringContaining('npm run build') }],
    [{ type: 'out-of-memory' }, { code: 'out-of-memory', message: expect.stringContaining('smaller batch size') }],
    [
      { type: 'exited', code: 0 },
      { code: 'trainer-gone', message: expect.stringContaining('exit code 0') },
    ],
    [
      { type: 'not-started', error: failedWith('EROFS') },
      { code: 'trainer-not-started', message: expect.stringMatching(/EROFS: no\. Make the results folder writable/) },
    ],
    // A missing program has nothing to do with the results folder.
    [
      { type: 'not-started', error: failedWith('ENOENT', 'spawn node') },
      { code: 'trainer-not-started', message: expect.stringMatching(/ENOENT: no\. Start the run again\.$/) },
    ],
  ])('%j', (end, event) => {
    expect(endEventOf(end, ['last'])).toMatchObject(event);
  });

  it('adds the last lines to a failure that has none', () => {
    const event = { type: 'failed', at: 1, code: 'data-missing', message: 'No data.' } as const;
    const lines = (lastLines: string[]) =>
      endEventOf({ type: 'reported', event: { ...event, lastLines } }, ['printed']) as { lastLines: string[] };
    expect(lines([]).lastLines).toEqual(['printed']);
    expect(lines(['its own']).lastLines).toEqual(['its own']);
    expect(endEventOf({ type: 'exited', code: 1 }, ['printed'])).toMatchObject({ lastLines: ['printed'] });
  });
});
