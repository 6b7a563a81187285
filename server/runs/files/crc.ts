/** The polynomial of PNG, zip and gzip. */
export const crc32Polynomial = 0xedb88320;
/** Castagnoli's, of TFRecord files. */
export const crc32cPolynomial = 0x82f63b78;

/**
 * A cyclic redundancy check of 32 bits, reflected, a table look-up a byte (Sarwate, 1988).
 * @param polynomial lowest bit first
 * @returns a function from bytes to their check, unsigned
 */
export function createCrc(polynomial: number): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
    return ~crc >>> 0;
  };
}
