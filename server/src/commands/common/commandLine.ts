import { parseArgs, type ParseArgsConfig } from 'node:util';
import { withoutPasswords } from './databaseUrl.ts';

/** How a command ended. Documented in docs/OPERATIONS.md. */
export const exitCodes = { done: 0, failed: 1, misused: 2 } as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a message for its user. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** The command was called correctly, but cannot or must not do its work. */
export const failed = (message: string) => new CommandError(message, exitCodes.failed);
/** The arguments are wrong, or the command does not apply to this instance. */
export const misused = (message: string) => new CommandError(message, exitCodes.misused);

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>;

interface Command<O extends Options> {
  usage: string;
  options: O;
  /** Returns the exit code; nothing means that all is done. */
  run: (args: Parsed<O>) => Promise<ExitCode | void>;
}

function parse<O extends Options>(options: O, args: string[]): Parsed<O> {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw misused((error as Error).message);
  }
}

/** Returns what went wrong, without the values of the failed query and without passwords. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return withoutPasswords(String(error));
  // Drizzle's message contains the values of the query; its cause is the driver's error.
  const source = error.cause instanceof Error ? error.cause : error;
  // A refused connection is an AggregateError without a message.
  const code = (source as NodeJS.ErrnoException).code;
  return withoutPasswords(source.message || code || source.name);
}

/** Runs a command with the arguments of this process, and sets its exit code. */
export async function runCommand<O extends Options>({ usage, options, run }: Command<O>): Promise<void> {
  const args = process.argv.slice(2);
  // Every file a command creates is readable by its owner only.
  process.umask(0o077);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    process.exitCode = (await run(parse(options, args))) ?? exitCodes.done;
  } catch (error) {
    const expected = error instanceof CommandError;
    process.exitCode = expected ? error.exitCode : exitCodes.failed;
    process.stderr.write(`${expected ? error.message : describe(error)}\n`);
    if (process.exitCode === exitCodes.misused) process.stderr.write(`\n${usage}\n`);
  }
}
