import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import { nginxProgram } from '../nginx.ts';
import { postgresPrograms } from '../postgresServer.ts';
import { whenBuilt } from '../serverProcess.ts';

/** Undefined where Redis is not installed. */
export const redisProgram = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((file) =>
  existsSync(file),
);

const missing = [
  ...(redisProgram ? [] : ['redis-server']),
  ...(nginxProgram ? [] : ['nginx']),
  ...(postgresPrograms ? [] : ['postgresql']),
];

/** A `describe` for tests of several nodes. Without their programs it is skipped, and its title says what is missing. */
export function onSeveralNodes(title: string, tests: () => void): void {
  if (missing.length > 0) describe.skip(`${title} (skipped: install ${missing.join(', ')})`, tests);
  else whenBuilt(title, tests);
}
