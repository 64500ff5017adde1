// Makes `npm start` one command: installs when the lockfile or Node changed, builds when a source changed.
// It runs before anything is installed, so it uses nothing but Node.
import { build, hasSources, isBuilt } from './built.mjs';
import { ensureInstalled } from './installed.mjs';
import { requireNode } from './node.mjs';

requireNode();
if (hasSources()) {
  const stale = !isBuilt();
  ensureInstalled({ withDevelopment: stale });
  if (stale) build();
}
