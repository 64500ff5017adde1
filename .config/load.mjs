// npm run load [-- options]: installs and builds what the load test needs, then runs it.
import { spawnSync } from 'node:child_process';
import { build, isBuilt } from './setup/built.mjs';
import { ensureInstalled } from './setup/installed.mjs';
import { requireNode } from './setup/node.mjs';
import { root } from './setup/run.mjs';

requireNode();
ensureInstalled({ withDevelopment: true });
if (!isBuilt()) build();
const args = ['--import', 'tsx', 'tests/load/load.ts', ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1);
