import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { node, root } from './run.mjs';

const SOURCES = [
  'client',
  'server/src',
  'shared/src',
  'drizzle/schema',
  'package-lock.json',
  'tsconfig.base.json',
  '.config/build.mjs',
  '.config/serverBundle.mjs',
];
const STAMP = path.join(root, 'dist/.sources');

function filesUnder(file) {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return [];
  if (!stats.isDirectory()) return [file];
  return readdirSync(file)
    .sort()
    .flatMap((name) => filesUnder(path.join(file, name)));
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesUnder(path.join(root, source)))) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Whether the sources exist. A container image contains only the build. */
export const hasSources = () => existsSync(path.join(root, 'server/src'));

/** Whether dist/ was built from the current sources. */
export const isBuilt = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();

/** Builds dist/ and records the fingerprint of the sources. */
export function build() {
  console.log('[setup] building');
  const sources = fingerprint();
  rmSync(STAMP, { force: true });
  if (!node(['.config/build.mjs'])) {
    console.error('[setup] The build failed. See the output above.');
    process.exit(1);
  }
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, sources);
}
