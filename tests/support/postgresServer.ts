import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './serverProcess.ts';

const run = promisify(execFile);

/** Folder of the newest `initdb`. Undefined where PostgreSQL is not installed; tests that need their own server are then skipped. */
export const postgresPrograms = ((root) =>
  existsSync(root)
    ? readdirSync(root)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => path.join(root, version, 'bin'))
        .find((folder) => existsSync(path.join(folder, 'initdb')))
    : undefined)('/usr/lib/postgresql');

/** A PostgreSQL server of one test, which the test may stop. */
export interface PostgresServer {
  /** URL of a database in it. */
  url: string;
  start(): Promise<void>;
  /** `immediate` ends it like a crash. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Stops the server and removes its data. */
  end(): Promise<void>;
}

/** Runs a program of PostgreSQL, which refuses to run as root. */
async function runProgram(name: string, ...args: string[]): Promise<void> {
  const program = path.join(postgresPrograms!, name);
  if (process.getuid!() === 0) await run('runuser', ['-u', 'postgres', '--', program, ...args]);
  else await run(program, args);
}

/** Starts a server with its own data on a free port. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-postgres-'));
  chmodSync(folder, 0o711);
  const data = path.join(folder, 'data');
  mkdirSync(data);
  if (process.getuid!() === 0) {
    const { stdout } = await run('id', ['-u', 'postgres']);
    chownSync(data, Number(stdout), -1);
  }
  await runProgram('initdb', '-D', data, '-U', 'parley', '-A', 'trust', '-E', 'UTF8', '--no-locale');
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${data}`;
  const server: PostgresServer = {
    url: `postgres://parley@127.0.0.1:${port}/postgres`,
    start: () =>
      runProgram('pg_ctl', '-D', data, '-l', path.join(data, 'server.log'), '-w', '-o', options, 'start'),
    stop: (mode) => runProgram('pg_ctl', '-D', data, '-m', mode, '-w', 'stop'),
    async end() {
      await server.stop('immediate').catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** Creates an empty database on the server at `url`, so that test files can run in parallel. */
export async function createDatabase(url: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `parley_test_${process.pid}_${process.hrtime.bigint()}`;
  const admin = new pg.Client(url);
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 lc_collate 'C' lc_ctype 'C.UTF-8' encoding 'UTF8'`,
  );
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.toString(),
    async drop() {
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
