import { randomBytes, randomInt } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Returns an id of 22 lowercase letters and digits, 113 random bits. Lowercase, so that full-text search can index it as one word. */
export function newId(): string {
  let id = '';
  for (let i = 0; i < 22; i++) id += alphabet[randomInt(36)]!;
  return id;
}

/** Returns the secret of a one-time link: 256 random bits. */
export const newLinkToken = (): string => randomBytes(32).toString('base64url');

/** Returns a share id of 192 random bits. It is the only secret of a link, so it is not derived from anything. */
export const newShareId = (): string => randomBytes(24).toString('base64url');
