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

function filesUnder(place) {
  const found = statSync(place, { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return [place];
  return readdirSync(place)
    .sort()
    .flatMap((name) => filesUnder(path.join(place, name)));
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

/** A released image carries what was built, and nothing to build it from. */
export const hasSources = () => existsSync(path.join(root, 'server/src'));

/** Whether dist/ was built from the sources as they are. */
export const isBuilt = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();

/** Builds dist/ from the sources. */
export function build() {
  console.log('[setup] building');
  const built = fingerprint();
  rmSync(STAMP, { force: true });
  if (!node(['.config/build.mjs'])) {
    console.error('[setup] The build failed; the lines above say why.');
    process.exit(1);
  }
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, built);
}
