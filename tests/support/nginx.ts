import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './serverProcess.ts';

/** Undefined where nginx is not installed; tests that need it are then skipped. */
export const nginxProgram = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((file) =>
  existsSync(file),
);

/** Milliseconds between two looks whether nginx listens, and how many of them. */
const [lookMs, looks] = [25, 200];

/** A copy of the nginx configuration of this project for nodes on this machine. */
export interface NginxFolder {
  folder: string;
  url: string;
  /** What nginx must be started with, except `-t`. */
  args: string[];
}

function changeFile(file: string, changes: [RegExp, string][]): void {
  const changed = changes.reduce(
    (text, [from, to]) => {
      if (!from.test(text)) throw new Error(`${path.basename(file)} no longer contains ${String(from)}`);
      return text.replace(from, to);
    },
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, changed);
}

/** Writes the configuration for two nodes (`127.0.0.1:4001`) that nginx serves on a free port. */
export async function writeNginxFolder([first, second]: [string, string]): Promise<NginxFolder> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-nginx-'));
  // Started by root, nginx works as another user, who has to reach its folders.
  chmodSync(folder, 0o711);
  cpSync('docker/nginx', folder, { recursive: true });
  const port = await freePort();
  changeFile(path.join(folder, 'site.conf'), [[/^listen 8080;$/m, `listen 127.0.0.1:${port};`]]);
  changeFile(path.join(folder, 'nodes.conf'), [
    [/^resolver .*$/m, ''],
    // Only newer versions know it.
    [/ resolve\b/g, ''],
    [/parley-1:8080/g, first],
    [/parley-2:8080/g, second],
  ]);
  const args = ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;'];
  return { folder, url: `http://127.0.0.1:${port}`, args };
}

export interface Nginx {
  url: string;
  /** What it wrote to its logs so far. */
  log(): string;
  /** Stops it and removes its folder. */
  end(): Promise<void>;
}

/** Starts nginx in front of two nodes. They need not listen yet. */
export async function startNginx(nodes: [string, string]): Promise<Nginx> {
  const { folder, url, args } = await writeNginxFolder(nodes);
  const logFile = path.join(folder, 'nginx.log');
  // A file: nginx opens /dev/stdout by name, which fails for the pipes of Node.js.
  const output = openSync(logFile, 'a');
  const child = spawn(nginxProgram!, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const log = () => readFileSync(logFile, 'utf8');
  const end = async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let look = 0; look < looks && child.exitCode === null; look++) {
    // nginx itself responds to this address.
    const isListening = await fetch(`${url}/metrics`).then(
      ({ status }) => status === 404,
      () => false,
    );
    if (isListening) return { url, log, end };
    await sleep(lookMs);
  }
  const problem = log();
  await end();
  throw new Error(`nginx did not start. ${problem}`);
}
