// npm run check [-- name …]: what can be known without running the product. All checks run, then all failures are told.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled } from './setup/installed.mjs';
import { root } from './setup/run.mjs';

const bin = (name, file) => [path.join('node_modules', name, file)];
const tsc = bin('typescript', 'bin/tsc');
const eslint = [...bin('eslint', 'bin/eslint.js'), '--max-warnings', '0'];
const svelteCheck = bin('svelte-check', 'bin/svelte-check');

/** Slow ones first, so that the quick ones fill the gaps. */
const checks = {
  'lint of the client': [...eslint, 'client'],
  'lint of the tests': [...eslint, 'tests'],
  'lint of the rest': [...eslint, '.', '--ignore-pattern', 'client/', '--ignore-pattern', 'tests/'],
  'types of the client': [...svelteCheck, '--tsconfig', 'client/tsconfig.json', '--fail-on-warnings'],
  'types of the tests': [...svelteCheck, '--tsconfig', 'tests/tsconfig.json'],
  'types of the server': [...tsc, '-p', 'server'],
  'types of the contract': [...tsc, '-p', 'shared'],
  'types of the schema': [...tsc, '-p', 'drizzle'],
  'dead code': [...bin('knip', 'bin/knip.js'), '--config', '.config/knip.json'],
  format: [...bin('prettier', 'bin/prettier.cjs'), '--check', '.', '!drizzle/{sqlite,postgres}/**'],
  layers: [
    ...bin('dependency-cruiser', 'bin/dependency-cruise.mjs'),
    ...['--config', '.config/dependency-cruiser.cjs', 'client', 'server', 'shared', 'drizzle', 'tests'],
  ],
  lockfile: ['.config/setup/lockcheck.mjs'],
};
const AT_ONCE = 2;

// The checks write into a pipe; colour is for people all the same.
const colour = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
const env = { ...process.env, ...colour };

/** Runs one check with its output held back; only a failure is worth reading. */
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

const named = process.argv.slice(2);
const waiting = Object.entries(checks).filter(([name]) => named.length === 0 || named.includes(name));
const results = [];
async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await check(...next));
}
await Promise.all(Array.from({ length: AT_ONCE }, work));

const failures = results.filter(({ passed }) => !passed);
for (const { name, output } of failures) console.log(`\n—— ${name} ——\n${output.trim()}`);
console.log(`\n${results.length - failures.length} checks passed, ${failures.length} failed`);
process.exit(failures.length > 0 ? 1 : 0);
