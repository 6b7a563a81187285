import { describe, expect, it } from 'vitest';
import { rejectionReason } from './access-rules.ts';

const ask = (
  headers: object,
  method = 'GET',
  allowedHosts: string[] = [],
  { url = '/', isOnNetwork = false, hasToken = false } = {},
) =>
  rejectionReason(
    { method, url, headers: new Headers(Object.entries(headers)) },
    { allowedHosts, isOnNetwork, hasToken },
  );

describe('rejectionReason for reads', () => {
  const host = 'localhost:3000';
  const read = (headers: object) => ask({ host, ...headers }, 'GET', [], { url: '/api/trpc/runs.list' });

  it.each([
    {},
    { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    { origin: 'http://localhost:3000' },
  ])('lets %o read from the API', (headers) => {
    expect(read(headers)).toBeNull();
  });

  it.each([
    { origin: 'http://evil.test' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ])('keeps %o from reading from the API', (headers) => {
    expect(read(headers)).toContain('may read');
  });

  it('accepts IP addresses on a server that listens on the network, but no other names', () => {
    for (const address of ['192.168.1.2:3000', '[fe80::1]:3000', '10.0.0.1']) {
      expect(ask({ host: address }, 'GET', [], { isOnNetwork: true })).toBeNull();
      expect(ask({ host: address })).toContain('ALLOWED_HOSTS');
    }
    expect(ask({ host: 'evil.test' }, 'GET', [], { isOnNetwork: true })).toContain('ALLOWED_HOSTS');
  });
});

describe('rejectionReason', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST:80',
    'lab.localhost:8080',
    '127.0.0.1:9',
    '127.1.2.3',
    '[::1]:3000',
  ])('accepts the loopback name %s', (host) => {
    expect(ask({ host })).toBeNull();
  });

  it.each([
    '',
    'evil.test',
    '127.0.0.1.evil.test',
    'localhost.evil.test',
    'evillocalhost',
    '10.0.0.1',
    '0.0.0.0',
    '127.0.0.1@evil.test',
    '[::2]',
  ])('rejects the host "%s"', (host) => {
    expect(ask({ host })).toContain('ALLOWED_HOSTS');
  });

  it('accepts names from ALLOWED_HOSTS, with any port or only the listed one', () => {
    expect(ask({ host: 'Lab.example:81' }, 'GET', ['lab.example'])).toBeNull();
    expect(ask({ host: 'lab.example:80' }, 'GET', ['lab.example:80'])).toBeNull();
    expect(ask({ host: 'lab.example:81' }, 'GET', ['lab.example:80'])).not.toBeNull();
  });

  it.each([
    { origin: 'http://localhost:3000' },
    { origin: 'https://localhost:3000' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('lets %o make changes', (headers) => {
    expect(ask({ host: 'localhost:3000', ...headers }, 'POST')).toBeNull();
  });

  it.each([
    {},
    { origin: 'null' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { origin: 'http://evil.test' },
    { origin: 'http://localhost:3001' },
    { origin: 'http://localhost' },
    { origin: 'http://localhost:3000.evil.test' },
    { origin: 'http://127.0.0.1:3000' },
    { origin: 'http://evil.test', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('keeps %o from making changes', (headers) => {
    const all = { host: 'localhost:3000', ...headers };
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) expect(ask(all, method)).toContain('Origin');
    for (const method of ['GET', 'HEAD', 'OPTIONS']) expect(ask(all, method)).toBeNull();
  });

  it('requires no Origin from programs that send the access token', () => {
    const change = (headers: object) => ask({ host: 'localhost:3000', ...headers }, 'POST', [], { hasToken: true });
    expect(change({})).toBeNull();
    expect(change({ origin: 'http://localhost:3000' })).toBeNull();
    expect(change({ host: 'evil.test' })).toContain('ALLOWED_HOSTS');
    for (const headers of [{ origin: 'http://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect(change(headers)).toContain('Origin');
    }
  });

  it('keeps other sites from opening WebSockets', () => {
    const upgrade = (headers: object) => ask({ host: 'localhost:3000', upgrade: 'websocket', ...headers });
    expect(upgrade({ origin: 'http://localhost:3000' })).toBeNull();
    expect(upgrade({ origin: 'http://evil.test' })).toContain('may read');
    expect(upgrade({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'websocket' })).toContain('may read');
  });
});
