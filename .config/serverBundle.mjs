import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { root } from './setup/run.mjs';

/** Whether the file is started by its path: each worker, and each file in commands/ itself. */
const isStarted = (file) => file.endsWith('.worker.ts') || /^commands[\\/][^\\/]+\.ts$/.test(file);

/** Returns the entry points: main.ts becomes index.js, and each worker and command a file beside it. */
async function entries() {
  const files = await readdir(path.join(root, 'server/src'), { recursive: true });
  const named = files
    .filter(isStarted)
    .map((file) => [path.basename(file, '.ts'), path.join('server/src', file)]);
  return { index: 'server/src/main.ts', ...Object.fromEntries(named) };
}

/** Returns the esbuild options that bundle the server into a folder. Packages stay in node_modules. */
export const serverBundle = async (outdir) => ({
  absWorkingDir: root,
  entryPoints: await entries(),
  outdir,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
});
