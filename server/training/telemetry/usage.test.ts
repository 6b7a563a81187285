import { expect, it } from 'vitest';
import { ProcessUsage } from './usage.ts';

it('reports memory in bytes, and the processor cores used since the previous reading', async () => {
  const usage = new ProcessUsage();
  const until = performance.now() + 300;
  while (performance.now() < until) Math.sqrt(until);
  const busy = usage.read();
  expect(busy.cores).toBeGreaterThan(0.1);
  expect(busy.memory).toBeGreaterThan(10e6);
  expect(busy.peakMemory).toBeGreaterThanOrEqual(busy.memory);

  const allocated = Buffer.alloc(100e6, 1);
  const larger = usage.read();
  expect(larger.memory - busy.memory).toBeGreaterThan(50e6);
  expect(larger.peakMemory).toBeGreaterThanOrEqual(larger.memory);
  expect(allocated.length).toBe(100e6);
});
