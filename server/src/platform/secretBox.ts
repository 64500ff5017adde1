import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makePrivateFolder, privateFileMode, restrictFile } from './privateFiles.ts';

/** Characters of a secret that cannot be guessed by trying all. */
export const secretLengthMin = 16;

/** Returns the instance's secret: the configured one, otherwise one that is generated once and stored in `dataDir`, readable only by its owner. */
export function instanceSecret(configured: string | undefined, dataDir: string): string {
  if (configured) return configured;
  const file = path.join(dataDir, 'secret.key');
  if (!existsSync(file)) generateSecret(file);
  restrictFile(file);
  const secret = readFileSync(file, 'utf8').trim();
  // A full disk or a power failure can leave an empty file, or one of zero bytes.
  if (secret.length < secretLengthMin || !/^[\x20-\x7e]+$/.test(secret)) {
    throw new Error(
      `${file} must contain at least ${secretLengthMin} printable characters. Restore it from a backup. Without one, delete it: a new secret is created, all sessions end, and API keys must be entered again.`,
    );
  }
  return secret;
}

/** Writes a new secret. The file appears complete or not at all, and the first of several processes wins. */
function generateSecret(file: string): void {
  makePrivateFolder(path.dirname(file));
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const secret = randomBytes(32).toString('base64url');
    writeFileSync(temporary, secret, { mode: privateFileMode, flush: true });
    publish(temporary, file);
  } catch (error) {
    // If another process was faster, its secret is read.
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Gives the file its name unless the name is taken. */
function publish(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
  } catch (error) {
    // Some network and container volumes have no links.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(temporary, file, constants.COPYFILE_EXCL);
  }
}

/** Derives a key for one purpose, so that no two purposes share key material (RFC 5869). */
export const derivedKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));

/** Encrypts stored secrets, so that a copy of the database does not reveal them: AES-256-GCM with a fresh nonce per value. */
export class SecretBox {
  #key: Buffer;
  constructor(secret: string) {
    this.#key = derivedKey(secret, 'parley stored secrets v1');
  }

  seal(plain: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** Throws when the text was modified or the instance's secret has changed. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed.slice('v1.'.length), 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }
}
