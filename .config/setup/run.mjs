import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the repository; every command runs there, wherever it was called from. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const windows = process.platform === 'win32';

/** Runs a command in the open; true when it ended well. */
export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows, ...options });
  return status === 0;
}

/** Runs npm with the very npm that started us, if one did. */
export const npm = (args, options) =>
  process.env.npm_execpath
    ? run(process.execPath, [process.env.npm_execpath, ...args], { ...options, shell: false })
    : run('npm', args, options);

/** Runs a script of the repository or of a package with this Node. */
export const node = (args, options) => run(process.execPath, args, { ...options, shell: false });
