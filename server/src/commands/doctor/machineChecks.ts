import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Env } from '../../platform/env.ts';
import { besideDatabase, databaseBytes, databaseFile, secretFile } from '../common/sqliteFiles.ts';
import { fault, ok, warning, type Finding } from './finding.ts';

/** Bytes of free space below which writes will soon fail. */
const spaceNeeded = 100 * 2 ** 20;
/** Bytes of free space below which a person should act. */
const spaceWanted = 2 ** 30;
/** Milliseconds to wait for a response of the server. */
const responseTimeoutMs = 3_000;
/** Permissions of people other than the owner. */
const othersMask = 0o077;

const isOlder = (version: string, oldest: string) =>
  version.localeCompare(oldest, undefined, { numeric: true }) < 0;

export function checkNode(appRoot: string, version = process.versions.node): Finding {
  const manifest = JSON.parse(readFileSync(path.join(appRoot, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const oldest = manifest.engines.node.replace('>=', '');
  return isOlder(version, oldest)
    ? fault('Node.js', `version ${version} is too old.`, `Install ${oldest} or newer.`)
    : ok('Node.js', `version ${version}`);
}

export function checkFolder({ DATA_DIR: folder }: Env): Finding {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats)
    return warning(
      'Data folder',
      `${folder} does not exist.`,
      'The first start creates it. If there should be data, check DATA_DIR.',
    );
  if (!stats.isDirectory()) return fault('Data folder', `${folder} is not a folder.`, 'Correct DATA_DIR.');
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return fault(
      'Data folder',
      `${folder} cannot be written by this user.`,
      'Give it to the user that runs Parley, and run this check as that user.',
    );
  }
  return ok('Data folder', `${folder} can be written`);
}

/** Checks that nobody but the owner can read the data. */
export function checkModes(env: Env): Finding[] {
  if (process.platform === 'win32') return [];
  const database = databaseFile(env);
  const files = [env.DATA_DIR, database, ...besideDatabase(database), secretFile(env)];
  const open = files.filter((file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats !== undefined && (stats.mode & othersMask) !== 0;
  });
  if (open.length === 0) return [ok('Permissions', 'only the owner can read the data')];
  const command = `chmod go-rwx ${open.join(' ')}`;
  return [warning('Permissions', 'other users of this machine can read the data.', `Run: ${command}`)];
}

export function checkSpace(env: Env): Finding[] {
  if (!statSync(env.DATA_DIR, { throwIfNoEntry: false })) return [];
  const { bavail, bsize } = statfsSync(env.DATA_DIR);
  const free = bavail * bsize;
  const text = `${(free / 2 ** 30).toFixed(1)} GiB free for ${env.DATA_DIR}`;
  if (free < spaceNeeded)
    return [fault('Disk', `${text}.`, 'Free some space now: writes are about to fail.')];
  // A backup in the data folder needs the size of the database once more.
  return free < spaceWanted || free < 2 * databaseBytes(databaseFile(env))
    ? [warning('Disk', `${text}.`, 'Free some space: the database grows, and a backup needs its size again.')]
    : [ok('Disk', text)];
}

/** Returns the error code with which listening fails, or nothing. */
const listenError = (port: number, host: string) =>
  new Promise<string | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });

async function checkFree({ PORT: port, HOST: host }: Env): Promise<Finding> {
  switch (await listenError(port, host)) {
    case undefined:
      return ok('Port', `${port} is free; the server is not running`);
    case 'EACCES':
      return fault('Port', `${port} needs more rights.`, 'Set PORT to 1024 or higher.');
    case 'EADDRINUSE':
      return fault('Port', `${port} is in use by another program.`, 'Stop it, or set PORT to another port.');
    default:
      return fault('Port', `${host}:${port} cannot be used.`, 'Set HOST to an address of this machine.');
  }
}

/** Checks that the port is free, or that Parley itself responds there. */
export async function checkPort(env: Env): Promise<Finding> {
  const wildcard = ['0.0.0.0', '::', ''].includes(env.HOST);
  const host = wildcard ? '127.0.0.1' : env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST;
  let status: unknown;
  try {
    const signal = AbortSignal.timeout(responseTimeoutMs);
    const response = await fetch(`http://${host}:${env.PORT}/readyz`, { signal });
    status = ((await response.json()) as { status?: unknown } | null)?.status;
  } catch {
    // Nothing responds, or not as Parley does.
    return checkFree(env);
  }
  if (status === 'ready') return ok('Port', `Parley runs at ${env.PORT} and is ready`);
  if (status === 'not_ready')
    return fault(
      'Port',
      `Parley runs at ${env.PORT} but is not ready.`,
      'Its database takes no writes: see the other lines and the log of the server.',
    );
  return fault('Port', `${env.PORT} is in use by another program.`, 'Stop it, or set PORT to another port.');
}
