import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';

/** Only the account of the server can read and write the file. */
export const privateFileMode = 0o600;
const privateFolderMode = 0o700;
/** Set on shared folders such as `/tmp`, which stay as they are. */
const stickyBit = 0o1000;

/** Changes the mode if the server's account owns the file: nobody else may, for example on a mounted volume. */
function restrict(path: string, mode: number): void {
  const stats = statSync(path);
  const isOwn = process.getuid === undefined || process.getuid() === stats.uid;
  if (isOwn && (stats.mode & stickyBit) === 0 && (stats.mode & 0o777) !== mode) chmodSync(path, mode);
}

/** Creates the folder if it is missing. Other accounts of the machine cannot open it. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: privateFolderMode });
  restrict(folder, privateFolderMode);
}

/** Makes a database file private, and creates it if it is missing. SQLite gives new files beside it the same mode. */
export function makeDatabasePrivate(file: string): void {
  closeSync(openSync(file, 'a', privateFileMode));
  for (const each of [file, `${file}-wal`, `${file}-shm`]) restrictFile(each);
}

/** Makes a file private if it exists. */
export function restrictFile(file: string): void {
  if (existsSync(file)) restrict(file, privateFileMode);
}
