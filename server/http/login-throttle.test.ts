import { beforeEach, expect, it } from 'vitest';
import { clientOf, LoginThrottle } from './login-throttle.ts';

let seconds: number;
let lines: string[];
let throttle: LoginThrottle;
beforeEach(() => {
  seconds = 1000;
  lines = [];
  throttle = new LoginThrottle('Login', { now: () => seconds, log: (line) => lines.push(line) });
});

const fail = (address: string, count = 1) => {
  for (let index = 0; index < count; index++) throttle.recordFailure(address);
};

it('doubles the wait of a client after five failures, up to 30 seconds', () => {
  fail('10.0.0.1', 4);
  expect(throttle.waitOf('10.0.0.1')).toBe(0);
  const waits = Array.from({ length: 8 }, () => {
    fail('10.0.0.1');
    return throttle.waitOf('10.0.0.1');
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  expect(throttle.waitOf('10.0.0.2')).toBe(0);
  seconds += 29;
  expect(throttle.waitOf('10.0.0.1')).toBe(1);
  seconds += 1;
  expect(throttle.waitOf('10.0.0.1')).toBe(0);
});

it('forgets failures after a login and after 15 minutes', () => {
  fail('10.0.0.1', 9);
  throttle.recordSuccess('10.0.0.1');
  expect(throttle.waitOf('10.0.0.1')).toBe(0);
  fail('10.0.0.1', 9);
  seconds += 15 * 60 + 1;
  fail('10.0.0.1');
  expect(throttle.waitOf('10.0.0.1')).toBe(0);
});

it('slows down guesses from many addresses, for at most five seconds at a time', () => {
  for (let index = 0; index < 100; index++) fail(`10.0.1.${index}`);
  expect(throttle.waitOf('192.168.1.1')).toBe(5);
  seconds += 5;
  expect(throttle.waitOf('192.168.1.1')).toBe(0);
});

it('remembers at most 1,000 clients', () => {
  fail('10.9.9.9', 6);
  for (let index = 0; index < 3000; index++) fail(`10.1.${index >> 8}.${index & 255}`);
  expect(throttle.size).toBe(1000);
});

it('logs failures with the address, at most one line per second', () => {
  fail('10.0.0.1');
  fail('10.0.0.1', 99);
  expect(lines).toEqual(['Login from 10.0.0.1 failed (1 in a row).']);
  seconds += 1;
  fail('::1');
  expect(lines[1]).toBe('Login from 0:0:0:0::/64 failed (1 in a row; 99 more failures since the previous line).');
});

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  [undefined, 'unknown'],
])('treats %s as the client %s', (address, client) => {
  expect(clientOf(address)).toBe(client);
});
