// Checks the lockfile: one written on one system may lack the optional binaries of another, where `npm ci` then fails.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './run.mjs';

const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

/** Returns the paths where Node looks for a dependency of the package at `where`, nearest first. */
function lookupPaths(dependency, where) {
  const parents = where
    .split('/node_modules/')
    .map((_, i, parts) => parts.slice(0, i + 1).join('/node_modules/'));
  const paths = parents.reverse().map((parent) => `${parent}/node_modules/${dependency}`);
  return where ? [...paths, `node_modules/${dependency}`] : [`node_modules/${dependency}`];
}

const missing = Object.entries(packages).flatMap(([where, { optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(
      ([dependency]) => !lookupPaths(dependency, where).some((candidate) => packages[candidate]?.version),
    )
    .map(([dependency, version]) => `${dependency}@${version}, required by ${where || 'the project'}`),
);

if (missing.length > 0) {
  console.error(`package-lock.json lacks these packages:\n${missing.join('\n')}`);
  console.error('Pin the package that requires them to a release whose binaries are in the registry.');
  process.exit(1);
}
