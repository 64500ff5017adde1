import { spawn, type ChildProcess } from 'node:child_process';

/** A command of `dist/server` that runs or has run. */
export interface CommandProcess {
  child: ChildProcess;
  /** The exit code (null if a signal ended it), and all output. */
  ended: Promise<{ code: number | null; output: string; errors: string }>;
  /** Resolves when the error output matches. */
  wrote: (pattern: RegExp) => Promise<void>;
}

/** Starts a built command, for example `backup`, with these arguments and variables. */
export function startCommand(name: string, args: string[], env: Record<string, string> = {}): CommandProcess {
  const child = spawn(process.execPath, [`dist/server/${name}.js`, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  return {
    child,
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, output, errors }))),
    wrote: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => pattern.test(errors) && resolve();
        child.stderr.on('data', check);
        child.once('close', () =>
          reject(new Error(`The command ended without writing ${pattern}: ${errors}`)),
        );
        check();
      }),
  };
}

export const runCommand = (...args: Parameters<typeof startCommand>) => startCommand(...args).ended;
