import { spawnSync } from 'node:child_process';

const windows = process.platform === 'win32';

/** Runs a command in the open; true when it ended well. */
export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: windows, ...options });
  return status === 0;
}

/** Runs npm with the very npm that started us, if one did. */
export const npm = (args, options) =>
  process.env.npm_execpath
    ? run(process.execPath, [process.env.npm_execpath, ...args], { ...options, shell: false })
    : run('npm', args, options);

/** Runs the command of an installed package. */
export const npx = (args, options) => npm(['exec', '--no', '--', ...args], options);
