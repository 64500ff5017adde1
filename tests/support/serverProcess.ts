import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import type * as jestGlobals from '@jest/globals';

// Not imported, because the load test uses this file outside Jest.
const { describe } = globalThis as unknown as typeof jestGlobals;

const program = 'dist/server/index.js';
/** For tests of the built server, which are skipped before the first build. */
export const whenBuilt = existsSync(program) ? describe : describe.skip;

export const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

/** A running `dist/server`. */
export interface ServerProcess {
  child: ChildProcess;
  url: string;
  /** What it wrote to the error output so far. */
  errors: () => string;
  /** Its first output is the line that says it is ready. */
  ready: Promise<'ready'>;
  /** Its exit code: null if a signal ended it. */
  exited: Promise<number | null>;
  /** Sends the signal and returns the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

interface Limits {
  /** Bounds the size of every file it writes, in KB, as a full disk does. */
  maxFileKb?: number;
  /** Options for Node, such as `--cpu-prof`. */
  nodeArgs?: string[];
}

/** Runs the built server. Does not wait until it is ready. */
export function spawnServer(
  env: Record<string, string> & { PORT: string },
  { maxFileKb, nodeArgs = [] }: Limits = {},
): ServerProcess {
  const command = `ulimit -f ${maxFileKb ?? 'unlimited'}; exec "$0" "$@"`;
  const child = spawn('bash', ['-c', command, process.execPath, ...nodeArgs, program], {
    env: { ...process.env, HOST: '127.0.0.1', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  const ready = new Promise<'ready'>((resolve) => child.stdout.once('data', () => resolve('ready')));
  // `close` comes after the output has been read.
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    url: `http://127.0.0.1:${env.PORT}`,
    errors: () => errors,
    ready,
    exited,
    stop(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs the built server until it is ready. Throws with its error output when it ends before. */
export async function startServer(env: Record<string, string>, limits: Limits = {}): Promise<ServerProcess> {
  const server = spawnServer({ ...env, PORT: env.PORT ?? String(await freePort()) }, limits);
  if ((await Promise.race([server.ready, server.exited])) !== 'ready')
    throw new Error(`The server did not start. ${server.errors()}`);
  return server;
}
