import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from 'redis';
import { freePort } from '../serverProcess.ts';
import { redisProgram } from './programs.ts';

/** A Redis server of one test file, which its tests may kill, pause and empty. */
export interface RedisServer {
  url: string;
  /** Starts it again, empty, after `kill`. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** It keeps its connections and replies to nothing, like a frozen machine. */
  pause(): void;
  resume(): void;
  /** Deletes everything in it. */
  flush(): Promise<void>;
  end(): Promise<void>;
}

/** Runs Redis on a free loopback port, without persistence. Resolves when it accepts connections. */
async function run(port: number, folder: string) {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const child = spawn(redisProgram!, [...options, '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`Redis did not start. ${output}`)));
    child.once('error', reject);
  });
  return child;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child = await run(port, folder);
  return {
    url,
    async start() {
      child = await run(port, folder);
    },
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async flush() {
      const client = await createClient({ url }).connect();
      await client.flushAll();
      client.destroy();
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
