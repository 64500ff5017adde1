import { fileURLToPath } from 'node:url';
import { findChromium } from '../.config/setup/chromium.mjs';

// Browser tests read CHROMIUM; when no browser was found it stays unset and they are skipped.
const chromium = await findChromium();
if (chromium) process.env.CHROMIUM = chromium;
else delete process.env.CHROMIUM;

const rootDir = fileURLToPath(new URL('..', import.meta.url));
const transform = '<rootDir>/tests/jest/transform.mjs';

const project = (name, more = {}) => ({
  displayName: name,
  rootDir,
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.svelte', '.css'],
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'svelte', 'json', 'css'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/data'],
  transform: { '\\.(ts|svelte|svelte\\.js|css)$': transform },
  // Packages that ship Svelte sources are compiled like our own.
  transformIgnorePatterns: ['node_modules/(?!.*\\.(svelte|svelte\\.js|css)$)'],
  ...more,
});

const browserLike = {
  testEnvironment: 'jsdom',
  testEnvironmentOptions: { customExportConditions: ['browser', 'svelte'] },
  setupFiles: ['<rootDir>/tests/jest/jsdom.mjs'],
};

export default {
  rootDir,
  maxWorkers: 2,
  // Longer than the slowest test on a busy machine; a test that waits forever still ends.
  testTimeout: 90_000,
  reporters: ['default', '<rootDir>/tests/jest/summaryReporter.mjs'],
  projects: [
    project('unit'),
    project('contract'),
    project('api'),
    project('client', browserLike),
    project('e2e'),
    project('cluster'),
  ],
};
