/**
 * Exponential moving average with bias correction, like TensorBoard's: the first values are not pulled towards zero.
 * Gaps (null) are skipped and stay gaps.
 * @param weight of the previous average, within [0, 1); 0 returns the values unchanged
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let [sum, count] = [0, 0];
  return values.map((value) => {
    if (value === null || weight === 0) return value;
    sum = weight * sum + (1 - weight) * value;
    count++;
    return sum / (1 - weight ** count);
  });
}
