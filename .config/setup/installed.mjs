import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './run.mjs';

const LOCK = path.join(root, 'package-lock.json');
/** npm's own list of what it put into node_modules. */
const PRESENT = path.join(root, 'node_modules/.package-lock.json');
/** For which Node the native packages were built. */
const STAMP = path.join(root, 'node_modules/.parley-node');

const thisNode = `${process.versions.modules} ${process.platform} ${process.arch}`;

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function packagesMatch(withDevelopment) {
  const present = read(PRESENT);
  if (!present) return false;
  const wanted = Object.entries(JSON.parse(read(LOCK)).packages).filter(([where]) => where);
  const found = JSON.parse(present).packages;
  return wanted.every(([where, { version, dev, optional, devOptional }]) => {
    if (found[where]) return found[where].version === version;
    // Absent may be what another system needs, and what only development needs.
    return optional || (!withDevelopment && (dev || devOptional));
  });
}

/** Whether node_modules holds what the lockfile says, for this Node. */
function isInstalled(withDevelopment) {
  const builtFor = read(STAMP);
  return (!builtFor || builtFor === thisNode) && packagesMatch(withDevelopment);
}

/** Installs what the lockfile says, unless it is there. */
export function ensureInstalled({ withDevelopment }) {
  if (!isInstalled(withDevelopment)) {
    console.log('[setup] installing packages, which takes a minute the first time');
    const which = withDevelopment ? '--include=dev' : '--omit=dev';
    if (!npm(['ci', which, '--no-audit', '--no-fund'])) {
      console.error('[setup] The packages could not be installed; the lines above say why.');
      process.exit(1);
    }
  }
  if (read(STAMP) !== thisNode) writeFileSync(STAMP, thisNode);
}
