import { expect, it } from 'vitest';
import { SpeedMeter } from './speed-meter.ts';

it('returns the mean speed of the last seconds, and the time left if the total is known', () => {
  const meter = new SpeedMeter();
  const total = 10_000;
  expect(meter.measure({ bytes: 0, total }, 0)).toEqual({ bytesPerSecond: null, secondsLeft: null });
  expect(meter.measure({ bytes: 1000, total }, 1000)).toEqual({ bytesPerSecond: 1000, secondsLeft: 9 });
  expect(meter.measure({ bytes: 1000, total: null }, 2000)).toEqual({ bytesPerSecond: 500, secondsLeft: null });
  // Older samples no longer count.
  for (let second = 3; second <= 9; second++) meter.measure({ bytes: 1000 + (second - 2) * 200, total }, second * 1000);
  expect(meter.measure({ bytes: 2600, total }, 10_000).bytesPerSecond).toBe(200);
});

it('starts over when the download starts over', () => {
  const meter = new SpeedMeter();
  meter.measure({ bytes: 5000, total: null }, 0);
  meter.measure({ bytes: 9000, total: null }, 1000);
  expect(meter.measure({ bytes: 0, total: null }, 2000).bytesPerSecond).toBeNull();
  expect(meter.measure({ bytes: 300, total: null }, 3000).bytesPerSecond).toBe(300);
});
