// npm run dev: restarts the server and refreshes the page when files change. One URL, one Ctrl+C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createProbe } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ensureInstalled } from './setup/installed.mjs';
import { requireNode } from './setup/node.mjs';
import { root } from './setup/run.mjs';

requireNode();
ensureInstalled({ withDevelopment: true });
const { context } = await import('esbuild');
const { createServer } = await import('vite');
const { serverBundle } = await import('./serverBundle.mjs');

async function freePort() {
  const probe = createProbe().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return String(port);
}

/** Vite serves the page on the public port. The server behind it uses any free port. */
const port = Number(process.env.PORT ?? 3000);
const serverPort = await freePort();
process.env.DEV_SERVER = `http://127.0.0.1:${serverPort}`;

const outdir = path.join(root, 'dist/development');
const program = ['--enable-source-maps', path.join(outdir, 'index.js')];
const env = { ...process.env, HOST: '127.0.0.1', PORT: serverPort };
let server;
let stopping = false;

async function stopServer() {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

async function restartServer() {
  await stopServer();
  if (stopping) return;
  server = spawn(process.execPath, program, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env });
  createInterface({ input: server.stdout }).on('line', (line) => {
    // The server prints its own URL, but developers need the URL of the page.
    if (!line.startsWith('Parley is ready at')) console.log(line);
  });
}

/** Restarts the server after each successful build: one restart at a time, and the last build wins. */
function restartAfterBuild() {
  let restarting = Promise.resolve();
  return {
    name: 'restart-after-build',
    setup: (build) =>
      build.onEnd(({ errors }) => {
        if (errors.length === 0) restarting = restarting.then(restartServer);
      }),
  };
}

const bundler = await context({ ...(await serverBundle(outdir)), plugins: [restartAfterBuild()] });
await bundler.watch();

const page = await createServer({ configFile: path.join(root, 'client/vite.config.ts'), server: { port } });
await page.listen();
console.log(`\n  Parley is ready for development at ${page.resolvedUrls.local[0]}\n`);

async function stop() {
  if (stopping) return;
  stopping = true;
  await bundler.dispose();
  await stopServer();
  await page.close();
  process.exit(0);
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
