import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. Every command runs there, regardless of the current folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const windows = process.platform === 'win32';

/** Runs a command with its output shown. Returns whether it succeeded. */
export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows, ...options });
  return status === 0;
}

/** Runs npm, with the same npm that started this process if there is one. */
export const npm = (args, options) =>
  process.env.npm_execpath
    ? run(process.execPath, [process.env.npm_execpath, ...args], { ...options, shell: false })
    : run('npm', args, options);

/** Runs a script with this Node. */
export const node = (args, options) => run(process.execPath, args, { ...options, shell: false });
