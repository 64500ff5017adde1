import { readEnv } from '../platform/env.ts';
import { runCommand, misused } from './common/commandLine.ts';
import { copyInstance, type CopyResult } from './copy/copyInstance.ts';
import { openSource, openTarget, parseLocation, type Location } from './copy/locations.ts';

const usage = `Copies an instance into another, empty database:
  npm run db:copy -- --from sqlite:data/parley.db --to postgres://USER:PASSWORD@HOST:PORT/DATABASE
Stop the server first. A copy that was interrupted continues when the same command runs again.
  --with-sessions  also copy sessions; otherwise everyone signs in again
  --start-over     discard an unfinished copy in the target and begin again
  --json           print the result as JSON
Exit code: 0 copied and equal, 1 failed or refused, 2 wrong arguments.`;

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  'with-sessions': { type: 'boolean' },
  'start-over': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

interface Choices {
  withSessions: boolean;
  startOver: boolean;
}

/** Milliseconds between two lines about a large table. */
const progressIntervalMs = 2_000;

const number = (value: number) => value.toLocaleString('en');

/** Returns a function that reports to a person: at most one line per interval, and one when a table is complete. */
function createReporter() {
  let last = Date.now();
  return (table: string, rows: number, total: number) => {
    const complete = rows === total;
    if (!complete && Date.now() - last < progressIntervalMs) return;
    last = Date.now();
    process.stderr.write(`${table}: ${number(rows)} of ${number(total)} rows copied\n`);
  };
}

const warning =
  'Warning: another program has the source open, probably the server. What is written there from now on is not copied. Better stop it and begin again.';

const summary = ({ tables, resumed, withSessions }: CopyResult & { withSessions: boolean }) =>
  [
    ...tables.map(({ name, rows }) => `${name}: ${number(rows)} rows, equal in source and copy`),
    `The copy is complete${resumed ? '; it continued an earlier one' : ''}. The source was not changed.`,
    'Keep WEBUI_SECRET_KEY, or secret.key in DATA_DIR, unchanged: stored API keys can be read only with it.',
    withSessions ? 'Everyone stays signed in.' : 'Everyone signs in again. Links keep their addresses.',
  ].join('\n');

/** Opens both databases, copies, and closes them again: an open connection would keep this process alive. */
async function copy(from: Location, to: Location, { withSessions, startOver }: Choices) {
  const { appRoot } = readEnv();
  const { connection: source, inUse } = await openSource(from, appRoot);
  try {
    if (inUse) process.stderr.write(`${warning}\n`);
    const target = await openTarget(to, appRoot, startOver);
    try {
      const onProgress = createReporter();
      const result = await copyInstance({ source, target: target.connection, withSessions, onProgress });
      await target.finish();
      return { ...result, sourceInUse: inUse, withSessions };
    } finally {
      await target.connection.close();
    }
  } finally {
    await source.close();
  }
}

await runCommand({
  usage,
  options,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw misused(`Unexpected argument: ${positionals[0]}.`);
    const [from, to] = [parseLocation('--from', values.from), parseLocation('--to', values.to)];
    const result = await copy(from, to, {
      withSessions: values['with-sessions'] ?? false,
      startOver: values['start-over'] ?? false,
    });
    process.stdout.write(`${values.json ? JSON.stringify(result) : summary(result)}\n`);
  },
});
