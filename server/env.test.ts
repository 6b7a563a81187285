import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnv } from './env.ts';

const root = path.resolve('/project');

describe('parseEnv', () => {
  it('fills in what is not set, or set to nothing', () => {
    const defaults = parseEnv({}, root);
    expect(defaults).toMatchObject({ port: null, host: '127.0.0.1', allowedHosts: [] });
    expect(defaults.databasePath).toBe(path.join(root, 'results', 'transfer-lab.db'));
    expect(parseEnv({ PORT: '', HOST: '', DATABASE_PATH: '', RESULTS_DIR: '' }, root)).toEqual(defaults);
  });

  it('puts the database in the results folder unless it is told where', () => {
    expect(parseEnv({ RESULTS_DIR: 'r' }, root).databasePath).toBe(path.join(root, 'r', 'transfer-lab.db'));
    expect(parseEnv({ RESULTS_DIR: 'r', DATABASE_PATH: 'd/x.db' }, root).databasePath).toBe(path.join(root, 'd/x.db'));
  });

  it('reads hosts in any case, apart by commas or spaces', () => {
    expect(parseEnv({ ALLOWED_HOSTS: 'Lab.example, b:81' }, root).allowedHosts).toEqual(['lab.example', 'b:81']);
  });

  it('says in words what cannot be', () => {
    for (const PORT of ['-1', '65536', '3e3', 'web']) expect(() => parseEnv({ PORT }, root)).toThrow('PORT must be');
    for (const HOST of ['0.0.0.0', 'lab.example']) expect(() => parseEnv({ HOST }, root)).toThrow('loopback');
    expect(parseEnv({ PORT: '8080', HOST: 'localhost' }, root)).toMatchObject({ port: 8080, host: 'localhost' });
  });
});
