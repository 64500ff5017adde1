// Runs before `npm start`: installs packages if the lockfile or Node changed, and builds if a source changed.
// Nothing is installed yet when it runs, so it uses only Node.
import { build, hasSources, isBuilt } from './built.mjs';
import { ensureInstalled } from './installed.mjs';
import { requireNode } from './node.mjs';

requireNode();
if (hasSources()) {
  const stale = !isBuilt();
  ensureInstalled({ withDevelopment: stale });
  if (stale) build();
}
