import { shellWord, withoutPassword } from './databaseUrl.ts';

const passwordHint =
  'They ask for the password, or read it from PGPASSWORD or ~/.pgpass. Keep secret.key of DATA_DIR, or WEBUI_SECRET_KEY, with the backup.';

/** Returns how to back up a PostgreSQL database. */
export const dumpAdvice = (databaseUrl: string): string =>
  [
    'This instance uses PostgreSQL, whose own tools back it up while the server runs:',
    `  pg_dump --format=custom --no-owner --file=parley.dump --dbname=${shellWord(withoutPassword(databaseUrl))}`,
    passwordHint,
  ].join('\n');

/** Returns how to restore a PostgreSQL database. */
export const restoreAdvice = (databaseUrl: string): string =>
  [
    'This instance uses PostgreSQL, whose own tools restore it. Stop the server, create an empty database, then run:',
    `  pg_restore --no-owner --exit-on-error --dbname=${shellWord(withoutPassword(databaseUrl))} parley.dump`,
    passwordHint,
  ].join('\n');
