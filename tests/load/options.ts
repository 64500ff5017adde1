import { parseArgs } from 'node:util';

/** What is seeded. The same values always produce the same rows. */
export interface SeedSize {
  people: number;
  messages: number;
  links: number;
}

export interface Options extends SeedSize {
  minutes: number;
  warmUpSeconds: number;
  /** Requests that people begin per second, all together, apart from streaming. */
  rate: number;
  /** People who always have an answer streaming. */
  streams: number;
  tokensPerSecond: number;
  /** Tokens of one answer. */
  tokens: number;
  nodes: number;
  postgres: string | undefined;
  redis: string | undefined;
  /** Folder for the seeded SQLite database, which later runs reuse. */
  data: string;
  json: boolean;
  check: boolean;
  cpuProf: string | undefined;
}

export const help = `npm run load -- [options]

Starts the built server with a large database, lets many people use it at once, and prints what they experienced.

  --minutes N             how long it measures (default 5)
  --warm-up N             seconds before that which are not counted (default 15)
  --rate N                requests per second, apart from streaming (default 100)
  --people N              people, each with an open tab (default 200)
  --streams N             people who always have an answer streaming (default 50)
  --tokens-per-second N   speed of each answer (default 50)
  --tokens N              length of each answer (default 400)
  --messages N            messages in the database (default 1000000)
  --links N               shared links, at most one per ten messages (default 100000)
  --postgres URL          PostgreSQL instead of SQLite; the user must be allowed to create databases
  --nodes N               server processes behind a proxy (default 1; more need --postgres and --redis)
  --redis URL             Redis that connects the nodes
  --data FOLDER           keeps the seeded SQLite database (default tests/.artifacts/load)
  --cpu-prof FOLDER       writes a CPU profile of each server process
  --json                  prints the result as JSON; progress goes to the error output
  --check                 exits with 1 when the bar is missed

Exit codes: 0 done, 1 the bar was missed (with --check) or the run failed, 2 wrong arguments.
`;

/** The arguments are wrong; the message says how. */
export class WrongArguments extends Error {}

const flags = {
  minutes: { type: 'string', default: '5' },
  'warm-up': { type: 'string', default: '15' },
  rate: { type: 'string', default: '100' },
  people: { type: 'string', default: '200' },
  streams: { type: 'string', default: '50' },
  'tokens-per-second': { type: 'string', default: '50' },
  tokens: { type: 'string', default: '400' },
  messages: { type: 'string', default: '1000000' },
  links: { type: 'string', default: '100000' },
  postgres: { type: 'string' },
  nodes: { type: 'string', default: '1' },
  redis: { type: 'string' },
  data: { type: 'string', default: 'tests/.artifacts/load' },
  'cpu-prof': { type: 'string' },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags }).values;
  } catch (error) {
    throw new WrongArguments((error as Error).message);
  }
}

/** Returns the options, or undefined when the help was asked for. Throws `WrongArguments`. */
export function readOptions(args: string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const number = (name: keyof typeof flags, min: number, whole = true): number => {
    const value = Number(values[name]);
    if (!(value >= min) || (whole && !Number.isInteger(value)))
      throw new WrongArguments(`--${name} must be a ${whole ? 'whole ' : ''}number of at least ${min}.`);
    return value;
  };
  const options: Options = {
    minutes: number('minutes', 0.01, false),
    warmUpSeconds: number('warm-up', 0, false),
    rate: number('rate', 1, false),
    people: number('people', 2),
    streams: number('streams', 0),
    tokensPerSecond: number('tokens-per-second', 1, false),
    tokens: number('tokens', 1),
    messages: number('messages', 10),
    links: number('links', 1),
    nodes: number('nodes', 1),
    postgres: values.postgres,
    redis: values.redis,
    data: values.data,
    json: values.json,
    check: values.check,
    cpuProf: values['cpu-prof'],
  };
  requireConsistent(options);
  return options;
}

function requireConsistent({ people, streams, messages, links, nodes, postgres, redis }: Options): void {
  if (streams > people) throw new WrongArguments('--streams must not exceed --people.');
  if (links * 10 > messages) throw new WrongArguments('--links must not exceed a tenth of --messages.');
  if (nodes > 1 && !(postgres && redis))
    throw new WrongArguments('Several nodes need --postgres and --redis.');
}
