// npm test [jest arguments]: everything a test needs is put in place first.
import { build, isBuilt } from './setup/built.mjs';
import { ensureChromium } from './setup/chromium.mjs';
import { ensureInstalled } from './setup/installed.mjs';
import { requireNode } from './setup/node.mjs';
import { node } from './setup/run.mjs';

const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

const args = process.argv.slice(2);
const named = args.filter((arg) => arg.startsWith('tests/'));
const withBrowser = named.length === 0 || named.some((place) => place.startsWith('tests/e2e'));

requireNode();
ensureInstalled({ withDevelopment: true });
// Only the browser tests need the built client, so a single other test starts at once.
if (withBrowser) {
  if (!isBuilt()) build();
  await ensureChromium();
}
const passed = node([...JEST, '--config', 'tests/jest.config.mjs', ...args]);
process.exit(passed ? 0 : 1);
