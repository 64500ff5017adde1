/** Random bytes of a key. */
const bytes = 16;

/** A key that makes sending something twice the same as sending it once. */
export const newIdempotencyKey = (): string =>
  // `crypto.randomUUID` is missing where the instance is served over plain HTTP.
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
