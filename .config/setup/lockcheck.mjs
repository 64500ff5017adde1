// A lockfile written on one system may lack the optional binaries of another; `npm ci` then fails there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './run.mjs';

const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

/** The places where Node looks for a dependency of the package at `where`, nearest first. */
function placesOf(dependency, where) {
  const parents = where
    .split('/node_modules/')
    .map((_, i, parts) => parts.slice(0, i + 1).join('/node_modules/'));
  const places = parents.reverse().map((parent) => `${parent}/node_modules/${dependency}`);
  return where ? [...places, `node_modules/${dependency}`] : [`node_modules/${dependency}`];
}

const missing = Object.entries(packages).flatMap(([where, { optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(([dependency]) => !placesOf(dependency, where).some((place) => packages[place]?.version))
    .map(([dependency, version]) => `${dependency}@${version}, wanted by ${where || 'the project'}`),
);

if (missing.length > 0) {
  console.error(`package-lock.json lacks:\n${missing.join('\n')}`);
  console.error('Pin the package that wants them to a release whose binaries the registry has.');
  process.exit(1);
}
