import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { node, run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const APPS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser Playwright would download, whether it is there or not. */
async function playwrightChromium() {
  const { chromium } = await import('playwright-core');
  return chromium.executablePath();
}

/** The path of a Chromium: the CHROMIUM variable, the system's, Playwright's; undefined when there is none. */
export async function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...APPS, await playwrightChromium()].find((file) => existsSync(file));
}

/** The system's packages where we may install them, else a browser of Playwright's own. */
function installChromium() {
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (!mayInstall) return node(['node_modules/playwright-core/cli.js', 'install', 'chromium']);
  // Somebody else may be installing at this moment: wait for them rather than fail.
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  const packages = ['install', '-y', '--no-install-recommends', 'chromium'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', [...wait, 'update'], { env });
  return run('apt-get', [...wait, ...packages], { env });
}

/** Finds or installs a Chromium for the browser tests; without one they are skipped, except in CI. */
export async function ensureChromium() {
  if (await findChromium()) return;
  // A path that somebody named and that is wrong is theirs to correct.
  if (!process.env.CHROMIUM) {
    console.log('[setup] installing a Chromium for the browser tests');
    installChromium();
    if (await findChromium()) return;
  }
  const advice = 'Install Chromium or Chrome, or set CHROMIUM to its path.';
  if (process.env.CI) {
    console.error(`[setup] No Chromium was found, and CI must not skip the browser tests. ${advice}`);
    process.exit(1);
  }
  console.warn(`\n[setup] NOTICE: the browser tests are SKIPPED, for no Chromium was found. ${advice}\n`);
}
