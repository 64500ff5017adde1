import { readEnv } from '../platform/env.ts';
import { exitCodes, misused, runCommand } from './common/commandLine.ts';
import { restoreAdvice } from './common/postgresTools.ts';
import { restoreDatabase, type Restored } from './restore/restoreDatabase.ts';

const usage = `Replaces the SQLite database of DATA_DIR by a backup. Stop the server first.
  npm run restore -- FILE
The present database is kept beside it. A secret key beside the backup (FILE with .key instead of .db) is restored too.
Exit code: 0 restored, 1 failed or refused with nothing changed, 2 wrong arguments, or an instance with PostgreSQL.`;

const keyWarning = (names: string[]) =>
  `WARNING: the API keys of ${names.join(', ')} cannot be read with this secret. Use the secret.key or WEBUI_SECRET_KEY that belongs to the backup, or enter the keys again.`;

const report = (file: string, { database, aside, older, keyRestored, unreadableKeys }: Restored) =>
  [
    `Restored ${database} from ${file}.`,
    ...(keyRestored ? ['The secret key of the backup is in place.'] : []),
    ...(older ? ['The backup is from an older version; the next start brings it up to date.'] : []),
    'Everyone signs in again. Links, roles and passwords are as they were at the time of the backup: links deleted since then work again.',
    ...(unreadableKeys.length > 0 ? [keyWarning(unreadableKeys)] : []),
    ...(aside ? [`The database before is kept as ${aside}. To go back: npm run restore -- ${aside}`] : []),
    'Start the server now.',
  ].join('\n');

await runCommand({
  usage,
  options: {},
  async run({ positionals }) {
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw misused('Name exactly one file.');
    const env = readEnv();
    if (env.DATABASE_URL) {
      process.stderr.write(`${restoreAdvice(env.DATABASE_URL)}\n`);
      return exitCodes.misused;
    }
    process.stdout.write(`${report(file, await restoreDatabase({ env, file }))}\n`);
  },
});
