// npm run build: dist/server and dist/client from the sources.
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { build as bundle } from 'esbuild';
import { build as buildPages } from 'vite';
import { serverBundle } from './serverBundle.mjs';
import { root } from './setup/run.mjs';

/** Built aside and moved into place, so that a failed build, or two at once, leave a whole one behind. */
const aside = (part) => path.join(root, `dist/.${part}-${process.pid}`);

const buildServer = async () => bundle(await serverBundle(aside('server')));

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
