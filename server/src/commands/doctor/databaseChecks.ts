import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Env } from '../../platform/env.ts';
import { describe } from '../common/commandLine.ts';
import { connectPostgres, openSqliteFile, sqliteConnection, type Connection } from '../common/connection.ts';
import { schemaState } from '../common/schemaState.ts';
import { databaseFile, findDamage } from '../common/sqliteFiles.ts';
import { checkStoredKeys, presentSecret } from '../common/storedKeys.ts';
import { fault, ok, warning, type Finding } from './finding.ts';
import { checkPostgres } from './postgresChecks.ts';

/** Characters of the shortest secret the server accepts. */
const secretLengthMin = 16;
/** Milliseconds by which the clocks of two machines may differ. */
const clockToleranceMs = 5 * 60_000;

/** Checks the database and what depends on it. */
export async function checkDatabase(env: Env): Promise<Finding[]> {
  return env.DATABASE_URL ? checkPostgresDatabase(env, env.DATABASE_URL) : checkSqliteDatabase(env);
}

async function checkSqliteDatabase(env: Env): Promise<Finding[]> {
  const file = databaseFile(env);
  if (!existsSync(file)) {
    const advice = 'The first start creates it. If there should be one, check DATA_DIR.';
    return [warning('Database', `there is none at ${file} yet.`, advice), ...checkSecret(env)];
  }
  let handle: Database.Database;
  try {
    handle = openSqliteFile(file, { readonly: true });
  } catch (error) {
    const advice = 'Check who may read it, or restore a backup: npm run restore -- FILE';
    return [fault('Database', describe(error), advice), ...checkSecret(env)];
  }
  const connection = sqliteConnection(handle, file);
  try {
    const damage = findDamage(handle, { quick: true });
    if (damage)
      return [
        fault('Database', `${file} is damaged: ${damage}.`, 'Restore a backup: npm run restore -- FILE'),
        ...checkSecret(env),
      ];
    return [ok('Database', `${file} is whole`), ...(await checkContent(connection, env))];
  } finally {
    await connection.close();
  }
}

async function checkPostgresDatabase(env: Env, url: string): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = await connectPostgres(url);
  } catch (error) {
    return [fault('Database', describe(error), ''), ...checkSecret(env)];
  }
  try {
    return [...(await checkPostgres(connection)), ...(await checkContent(connection, env))];
  } finally {
    await connection.close();
  }
}

/** Checks what does not depend on the kind of database. */
async function checkContent(connection: Connection, env: Env): Promise<Finding[]> {
  try {
    const state = await schemaState(connection, env.appRoot);
    switch (state) {
      case 'none':
        return [ok('Schema', 'no tables yet; the first start creates them'), ...checkSecret(env)];
      case 'newer':
        return [
          fault('Schema', 'is from a newer version of Parley.', 'Install that version, or restore a backup.'),
          ...checkSecret(env),
        ];
      case 'older':
        return [
          warning(
            'Schema',
            'is from an older version.',
            'Back up, then start the server: it updates the schema.',
          ),
          ...checkSecret(env),
          await checkKeys(connection, env),
        ];
      case 'current':
        return [
          ok('Schema', 'is of this version'),
          ...checkSecret(env),
          await checkKeys(connection, env),
          await checkClock(connection),
        ];
    }
  } catch (error) {
    return [fault('Database', `cannot be read: ${describe(error)}.`, 'See the log of the server.')];
  }
}

/** Checks that there is a secret that the server accepts. Never shows it. */
function checkSecret(env: Env): Finding[] {
  let secret: string | undefined;
  try {
    secret = presentSecret(env);
  } catch (error) {
    return [
      fault(
        'Secret',
        `secret.key cannot be read: ${describe(error)}.`,
        'Give it to the user that runs Parley.',
      ),
    ];
  }
  if (secret === undefined)
    return [
      warning(
        'Secret',
        'there is none yet.',
        'The first start creates secret.key. If this instance has data, restore its secret.key first.',
      ),
    ];
  if (secret.length < secretLengthMin || !/^[\x20-\x7e]+$/.test(secret))
    return [
      fault(
        'Secret',
        `must have at least ${secretLengthMin} printable characters.`,
        'Restore secret.key from a backup. If there is none, delete it: everyone signs in again, and admins enter API keys again.',
      ),
    ];
  return [ok('Secret', env.WEBUI_SECRET_KEY === undefined ? 'is in secret.key' : 'is in WEBUI_SECRET_KEY')];
}

async function checkKeys(connection: Connection, env: Env): Promise<Finding> {
  const { total, unreadable } = await checkStoredKeys(connection, presentSecret(env));
  if (unreadable.length === 0) return ok('API keys', `the secret opens all ${total} stored keys`);
  return fault(
    'API keys',
    `the secret does not open the keys of: ${unreadable.join(', ')}.`,
    'Restore the secret that belongs to this database, or enter these keys again.',
  );
}

const newestTimes = [
  'select max(created_at) as at from users',
  'select max(updated_at) as at from chats',
  'select max(at) as at from audit_log',
];

/** Rows from the future mean that the clock is wrong now, or was wrong. */
async function checkClock(connection: Connection, now = Date.now()): Promise<Finding> {
  const times = [];
  for (const text of newestTimes) times.push(Number((await connection.query(text))[0]?.at ?? 0));
  const newest = Math.max(...times);
  if (newest <= now + clockToleranceMs) return ok('Clock', 'no rows from the future');
  return warning(
    'Clock',
    `the newest row is from ${new Date(newest).toISOString()}, but it is ${new Date(now).toISOString()}.`,
    'Set the clock, and let NTP keep it.',
  );
}
