// npm run build: dist/server and dist/client from the sources.
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { build as bundle } from 'esbuild';
import { build as buildPages } from 'vite';
import { root } from './setup/run.mjs';

/** Built aside and moved into place, so that a failed build, or two at once, leave a whole one behind. */
const aside = (part) => path.join(root, `dist/.${part}-${process.pid}`);

/** main.ts becomes index.js; each worker stays a file of its own, for it is started by its path. */
async function serverEntries() {
  const files = await readdir(path.join(root, 'server/src'), { recursive: true });
  const workers = files.filter((file) => file.endsWith('.worker.ts'));
  const entries = workers.map((file) => [path.basename(file, '.ts'), path.join('server/src', file)]);
  return { index: 'server/src/main.ts', ...Object.fromEntries(entries) };
}

const buildServer = async () =>
  bundle({
    absWorkingDir: root,
    entryPoints: await serverEntries(),
    outdir: aside('server'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });

const buildClient = () =>
  buildPages({
    configFile: path.join(root, 'client/vite.config.ts'),
    build: { outDir: aside('client') },
    logLevel: 'warn',
  });

async function moveIntoPlace(part) {
  const place = path.join(root, 'dist', part);
  await rm(place, { recursive: true, force: true });
  await rename(aside(part), place);
}

try {
  await buildServer();
  await buildClient();
  await moveIntoPlace('server');
  await moveIntoPlace('client');
} finally {
  await rm(aside('server'), { recursive: true, force: true });
  await rm(aside('client'), { recursive: true, force: true });
}
