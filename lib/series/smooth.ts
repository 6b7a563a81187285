/**
 * An exponential moving average as TensorBoard draws it: corrected for starting from nothing, so that the first values
 * are not drawn to zero. Gaps stay gaps and change nothing.
 * @param weight of the past, 0 … 1 without 1; 0 changes nothing
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
