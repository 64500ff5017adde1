import { chmodSync, chownSync, closeSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

const ownerOnly = 0o600;

/** Waits until the content of a file or folder is on the disk. */
function sync(file: string): void {
  const handle = openSync(file, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Waits until the names in a folder are on the disk. Windows cannot do this. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') sync(folder);
}

/** Makes a file readable by its owner only. When run as root, the owner becomes that of the folder, as whom the server runs. */
export function protect(file: string): void {
  chmodSync(file, ownerOnly);
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(path.dirname(path.resolve(file)));
  chownSync(file, uid, gid);
}

/** Gives a finished file its name in one step: under that name there is always a whole file, even after a crash. */
export function moveIntoPlace(temporary: string, file: string): void {
  protect(temporary);
  sync(temporary);
  renameSync(temporary, file);
  syncFolder(path.dirname(path.resolve(file)));
}
