// npm run dev: the server restarts and the page refreshes itself as files change. One address, one Ctrl+C.
import { spawn } from 'node:child_process';
import { createServer as createProbe } from 'node:net';
import { once } from 'node:events';
import { ensureInstalled } from './setup/installed.mjs';
import { requireNode } from './setup/node.mjs';
import { root } from './setup/run.mjs';

requireNode();
ensureInstalled({ withDevelopment: true });

async function freePort() {
  const probe = createProbe().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return String(port);
}

/** The port of the page; the server behind it takes any free one. */
const port = Number(process.env.PORT ?? 3000);
const behind = await freePort();
process.env.DEV_SERVER = `http://127.0.0.1:${behind}`;

const server = spawn(
  process.execPath,
  ['node_modules/tsx/dist/cli.mjs', 'watch', '--clear-screen=false', 'server/src/main.ts'],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, HOST: '127.0.0.1', PORT: behind, NODE_ENV: process.env.NODE_ENV ?? 'development' },
  },
);

const { createServer } = await import('vite');
const page = await createServer({ configFile: `${root}/client/vite.config.ts`, server: { port } });
await page.listen();
console.log(`\n  Parley is being developed at ${page.resolvedUrls.local[0]}\n`);

async function stop() {
  server.kill('SIGTERM');
  await page.close();
  process.exit(0);
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
server.once('exit', stop);
