// npm run check [-- name …]: runs all static checks, then prints all failures.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled } from './setup/installed.mjs';
import { root } from './setup/run.mjs';

const bin = (name, file) => [path.join('node_modules', name, file)];
const tsc = bin('typescript', 'bin/tsc');
const eslint = [...bin('eslint', 'bin/eslint.js'), '--max-warnings', '0'];
const svelteCheck = bin('svelte-check', 'bin/svelte-check');

/** Slow checks first, so that quick ones fill the gaps. */
const checks = {
  'lint client': [...eslint, 'client'],
  'lint tests': [...eslint, 'tests'],
  'lint rest': [...eslint, '.', '--ignore-pattern', 'client/', '--ignore-pattern', 'tests/'],
  'types client': [...svelteCheck, '--tsconfig', 'client/tsconfig.json', '--fail-on-warnings'],
  'types tests': [...svelteCheck, '--tsconfig', 'tests/tsconfig.json'],
  'types server': [...tsc, '-p', 'server'],
  'types shared': [...tsc, '-p', 'shared'],
  'types drizzle': [...tsc, '-p', 'drizzle'],
  'dead code': [...bin('knip', 'bin/knip.js'), '--config', '.config/knip.json'],
  format: [...bin('prettier', 'bin/prettier.cjs'), '--check', '.', '!drizzle/{sqlite,postgres}/**'],
  layers: [
    ...bin('dependency-cruiser', 'bin/dependency-cruise.mjs'),
    '--config',
    '.config/dependency-cruiser.cjs',
    'client',
    'server',
    'shared',
    'drizzle',
    'tests',
  ],
  lockfile: ['.config/setup/lockcheck.mjs'],
};
const PARALLEL_CHECKS = 2;

// The checks write to a pipe and would omit colors.
const color = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
const env = { ...process.env, ...color };

/** Runs one check and captures its output, which is printed only if the check fails. */
function check(name, args) {
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(process.execPath, args, { cwd: root, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
      resolve({ name, passed: code === 0, output });
    });
  });
}

ensureInstalled({ withDevelopment: true });

const names = process.argv.slice(2);
const waiting = Object.entries(checks).filter(([name]) => names.length === 0 || names.includes(name));
const results = [];
async function runWaiting() {
  for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await check(...next));
}
await Promise.all(Array.from({ length: PARALLEL_CHECKS }, runWaiting));

const failures = results.filter(({ passed }) => !passed);
for (const { name, output } of failures) console.log(`\n—— ${name} ——\n${output.trim()}`);
console.log(`\n${results.length - failures.length} checks passed, ${failures.length} failed`);
process.exit(failures.length > 0 ? 1 : 0);
