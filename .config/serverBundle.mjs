import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { root } from './setup/run.mjs';

/** main.ts becomes index.js; each worker stays a file of its own beside it, for it is started by its path. */
async function entries() {
  const files = await readdir(path.join(root, 'server/src'), { recursive: true });
  const workers = files.filter((file) => file.endsWith('.worker.ts'));
  const named = workers.map((file) => [path.basename(file, '.ts'), path.join('server/src', file)]);
  return { index: 'server/src/main.ts', ...Object.fromEntries(named) };
}

/** How esbuild bundles the server into a folder; packages stay where npm put them. */
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
