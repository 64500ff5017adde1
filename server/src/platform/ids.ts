import { randomBytes, randomInt } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** An id of 22 lower-case letters and digits, 113 random bits. Lower case, so that full-text search can hold it as a word. */
export function newId(): string {
  let id = '';
  for (let i = 0; i < 22; i++) id += alphabet[randomInt(36)]!;
  return id;
}

/** A share id: 192 random bits. It is the only secret of a link, so it is never made from anything else. */
export const newShareId = (): string => randomBytes(24).toString('base64url');
