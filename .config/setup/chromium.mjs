import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { node, run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const APPS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Returns the path of the browser that Playwright downloads, whether it exists or not. */
async function playwrightChromium() {
  const { chromium } = await import('playwright-core');
  return chromium.executablePath();
}

/** Returns the path of a Chromium: from the CHROMIUM variable, the system or Playwright; undefined if there is none. */
export async function findChromium() {
  const configured = process.env.CHROMIUM;
  if (configured) return existsSync(configured) ? configured : undefined;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...APPS, await playwrightChromium()].find((file) => existsSync(file));
}

/** Installs Chromium as a system package if allowed, otherwise Playwright's browser. */
function installChromium() {
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (!mayInstall) return node(['node_modules/playwright-core/cli.js', 'install', 'chromium']);
  // Waits if another process is installing packages.
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  const packages = ['install', '-y', '--no-install-recommends', 'chromium'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', [...wait, 'update'], { env });
  return run('apt-get', [...wait, ...packages], { env });
}

/** Finds or installs a Chromium for the browser tests. Without one they are skipped, except in CI. */
export async function ensureChromium() {
  if (await findChromium()) return;
  // A configured path that is wrong must be corrected by the user.
  if (!process.env.CHROMIUM) {
    console.log('[setup] installing Chromium for the browser tests');
    installChromium();
    if (await findChromium()) return;
  }
  const advice = 'Install Chromium or Chrome, or set CHROMIUM to its path.';
  if (process.env.CI) {
    console.error(`[setup] Chromium not found, and CI must not skip the browser tests. ${advice}`);
    process.exit(1);
  }
  console.warn(`\n[setup] NOTICE: Chromium not found, the browser tests are SKIPPED. ${advice}\n`);
}
