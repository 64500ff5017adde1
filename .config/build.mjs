import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build as bundle } from 'esbuild';
import { build as viteBuild } from 'vite';
import { root } from './setup/run.mjs';

/** main.ts becomes index.js; each worker stays a file of its own, for it is started by its path. */
async function serverEntries() {
  const files = await readdir(path.join(root, 'server/src'), { recursive: true });
  const workers = files.filter((file) => file.endsWith('.worker.ts'));
  const entries = workers.map((file) => [path.basename(file, '.ts'), path.join('server/src', file)]);
  return { index: 'server/src/main.ts', ...Object.fromEntries(entries) };
}

async function buildServer() {
  const outdir = path.join(root, 'dist/server');
  await rm(outdir, { recursive: true, force: true });
  await bundle({
    absWorkingDir: root,
    entryPoints: await serverEntries(),
    outdir,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
}

await buildServer();
await viteBuild({ configFile: path.join(root, 'client/vite.config.ts'), logLevel: 'warn' });
