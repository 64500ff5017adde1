// npm test [jest arguments]: installs and builds what the tests need, then runs them.
import { build, isBuilt } from './setup/built.mjs';
import { ensureChromium } from './setup/chromium.mjs';
import { ensureInstalled } from './setup/installed.mjs';
import { requireNode } from './setup/node.mjs';
import { node } from './setup/run.mjs';

const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

const args = process.argv.slice(2);
const paths = args.filter((arg) => arg.startsWith('tests/'));
const built = ['tests/e2e', 'tests/cluster'];
const withBrowser =
  paths.length === 0 || paths.some((file) => built.some((folder) => file.startsWith(folder)));

requireNode();
ensureInstalled({ withDevelopment: true });
// Only these tests need the built product, so other tests start at once.
if (withBrowser) {
  if (!isBuilt()) build();
  await ensureChromium();
}
const passed = node([...JEST, '--config', 'tests/jest.config.mjs', ...args]);
process.exit(passed ? 0 : 1);
