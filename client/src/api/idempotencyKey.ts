/** Random bytes in a key. */
const keyBytes = 16;

/** Returns a key that makes sending the same request twice have the effect of sending it once. */
export const newIdempotencyKey = (): string =>
  // `crypto.randomUUID` is missing on instances served over plain HTTP.
  Array.from(crypto.getRandomValues(new Uint8Array(keyBytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
