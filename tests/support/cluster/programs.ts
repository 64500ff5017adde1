import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe } from '@jest/globals';
import { postgresPrograms } from '../postgresServer.ts';
import { whenBuilt } from '../serverProcess.ts';

/** Debian installs servers in `sbin`, which is not in the path of every user. */
const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
const find = (program: string) =>
  folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file));

export const redisProgram = find('redis-server');
export const nginxProgram = find('nginx');

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
