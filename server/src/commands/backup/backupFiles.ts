import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** The names of the files that a backup consists of. The time is UTC, so that names sort by age. */
const pattern = /^parley-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z\.db$/;
const unfinishedPattern = /^parley-[\dTZ.-]+\.(db|key)\.unfinished(-journal)?$/;
/** Milliseconds after which an unfinished backup that nobody writes to was left behind by a killed process. */
const abandonedMs = 60 * 60_000;

export const backupName = (at: Date): string => `parley-${at.toISOString().replaceAll(':', '-')}.db`;
export const unfinished = (file: string): string => `${file}.unfinished`;

/** Returns the file that holds the secret key of a backup, or would if it has one. */
export const keyBeside = (file: string): string => `${file.replace(/\.db$/, '')}.key`;

/** Removes the oldest backups until `keep` are left. Returns their names. Touches no other file of the folder. */
export function removeOldBackups(folder: string, keep: number): string[] {
  const backups = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map(({ name }) => name)
    .sort();
  const old = backups.slice(0, Math.max(0, backups.length - keep));
  for (const name of old) {
    // The database first: a key alone is not mistaken for a backup.
    rmSync(path.join(folder, name), { force: true });
    rmSync(keyBeside(path.join(folder, name)), { force: true });
  }
  return old;
}

/** Removes what killed backups left behind. */
export function removeAbandoned(folder: string, now: number): void {
  for (const name of readdirSync(folder).filter((each) => unfinishedPattern.test(each))) {
    const file = path.join(folder, name);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (written !== undefined && now - written > abandonedMs) rmSync(file, { force: true });
  }
}
