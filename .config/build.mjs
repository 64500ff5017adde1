// npm run build: builds dist/server and dist/client.
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { build as bundle } from 'esbuild';
import { build as buildPages } from 'vite';
import { serverBundle } from './serverBundle.mjs';
import { root } from './setup/run.mjs';

/** A temporary folder per part, moved into place after the build, so that a failed or parallel build does no damage. */
const temporary = (part) => path.join(root, `dist/.${part}-${process.pid}`);

const buildServer = async () => bundle(await serverBundle(temporary('server')));

const buildClient = () =>
  buildPages({
    configFile: path.join(root, 'client/vite.config.ts'),
    build: { outDir: temporary('client') },
    logLevel: 'warn',
  });

async function moveIntoPlace(part) {
  const target = path.join(root, 'dist', part);
  await rm(target, { recursive: true, force: true });
  await rename(temporary(part), target);
}

try {
  await buildServer();
  await buildClient();
  await moveIntoPlace('server');
  await moveIntoPlace('client');
} finally {
  await rm(temporary('server'), { recursive: true, force: true });
  await rm(temporary('client'), { recursive: true, force: true });
}
