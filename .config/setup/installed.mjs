import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './run.mjs';

const LOCK = path.join(root, 'package-lock.json');
/** npm's list of the packages in node_modules. */
const INSTALLED = path.join(root, 'node_modules/.package-lock.json');
/** Records the Node that the native packages were built for. */
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
  const installed = read(INSTALLED);
  if (!installed) return false;
  const wanted = Object.entries(JSON.parse(read(LOCK)).packages).filter(([where]) => where);
  const found = JSON.parse(installed).packages;
  return wanted.every(([where, { version, dev, optional, devOptional }]) => {
    if (found[where]) return found[where].version === version;
    // Packages for other systems or for development may be absent.
    return optional || (!withDevelopment && (dev || devOptional));
  });
}

/** Whether node_modules matches the lockfile and this Node. */
function isInstalled(withDevelopment) {
  const builtFor = read(STAMP);
  return (!builtFor || builtFor === thisNode) && packagesMatch(withDevelopment);
}

/** Installs the packages of the lockfile unless they are installed. */
export function ensureInstalled({ withDevelopment }) {
  if (!isInstalled(withDevelopment)) {
    console.log('[setup] installing packages (takes a minute the first time)');
    const scope = withDevelopment ? '--include=dev' : '--omit=dev';
    if (!npm(['ci', scope, '--no-audit', '--no-fund'])) {
      console.error('[setup] Installing the packages failed. See the output above.');
      process.exit(1);
    }
  }
  if (read(STAMP) !== thisNode) writeFileSync(STAMP, thisNode);
}
