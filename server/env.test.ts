import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnv } from './env.ts';

const root = path.resolve('/project');

describe('parseEnv', () => {
  it('applies defaults to variables that are unset or empty', () => {
    const defaults = parseEnv({}, root);
    expect(defaults).toMatchObject({ port: null, host: '127.0.0.1', allowedHosts: [] });
    expect(defaults.databasePath).toBe(path.join(root, 'results', 'transfer-lab.db'));
    expect(parseEnv({ PORT: '', HOST: '', DATABASE_PATH: '', RESULTS_DIR: '' }, root)).toEqual(defaults);
  });

  it('puts the database in the results folder unless DATABASE_PATH is set', () => {
    expect(parseEnv({ RESULTS_DIR: 'r' }, root).databasePath).toBe(path.join(root, 'r', 'transfer-lab.db'));
    expect(parseEnv({ RESULTS_DIR: 'r', DATABASE_PATH: 'd/x.db' }, root).databasePath).toBe(path.join(root, 'd/x.db'));
  });

  it('reads host names in any case, separated by commas or spaces', () => {
    expect(parseEnv({ ALLOWED_HOSTS: 'Lab.example, b:81' }, root).allowedHosts).toEqual(['lab.example', 'b:81']);
  });

  it('downloads from the official sources unless mirrors are set', () => {
    expect(parseEnv({}, root).sources).toEqual({ cifar10Url: null, cifar10Sha256: null, weightsUrl: null });
    const hash = 'AB'.repeat(32);
    const mirrors = {
      CIFAR10_URL: 'https://mirror.test/c.tgz',
      CIFAR10_SHA256: hash,
      WEIGHTS_URL: 'http://mirror.test/w',
    };
    expect(parseEnv(mirrors, root).sources).toEqual({
      cifar10Url: 'https://mirror.test/c.tgz',
      cifar10Sha256: hash.toLowerCase(),
      weightsUrl: 'http://mirror.test/w',
    });
    expect(() => parseEnv({ CIFAR10_URL: 'file:///c.tgz' }, root)).toThrow('CIFAR10_URL must be');
    expect(() => parseEnv({ WEIGHTS_URL: 'https://' }, root)).toThrow('WEIGHTS_URL must be');
    expect(() => parseEnv({ CIFAR10_SHA256: 'abc' }, root)).toThrow('64 hexadecimal digits');
  });

  it('explains what is invalid', () => {
    for (const PORT of ['-1', '65536', '3e3', 'web']) expect(() => parseEnv({ PORT }, root)).toThrow('PORT must be');
    for (const HOST of ['0.0.0.0', '::', 'lab.example', '192.168.1.2']) {
      expect(() => parseEnv({ HOST }, root)).toThrow(/AUTH_TOKEN.*loopback/);
      expect(parseEnv({ HOST, AUTH_TOKEN: 'x'.repeat(16) }, root).host).toBe(HOST);
    }
    expect(() => parseEnv({ AUTH_TOKEN: 'short' }, root)).toThrow('16 characters');
    expect(parseEnv({ PORT: '8080', HOST: 'localhost' }, root)).toMatchObject({ port: 8080, host: 'localhost' });
  });
});
