import { unfinishedCopyTable } from '../../platform/db/unfinishedCopy.ts';
import type { Connection } from '../common/connection.ts';
import { fault, ok, warning, type Finding } from './finding.ts';

/** The oldest major version that Parley supports. */
const oldestVersion = 14;

/** Checks what only PostgreSQL can have wrong. */
export async function checkPostgres(connection: Connection): Promise<Finding[]> {
  return [
    await checkVersion(connection),
    ...(await checkEncoding(connection)),
    await checkRights(connection),
    ...(await checkUnfinishedCopy(connection)),
  ];
}

async function checkVersion(connection: Connection): Promise<Finding> {
  const [row] = await connection.query('show server_version_num');
  const major = Math.floor(Number(row!.server_version_num) / 10_000);
  return major < oldestVersion
    ? fault('Database', `PostgreSQL ${major} is too old.`, `Upgrade to ${oldestVersion} or newer.`)
    : ok('Database', `${connection.name}, PostgreSQL ${major}`);
}

async function checkEncoding(connection: Connection): Promise<Finding[]> {
  const [row] = await connection.query(
    `select pg_encoding_to_char(encoding) as encoding, datctype as ctype
     from pg_database where datname = current_database()`,
  );
  const advice = "Create it with: ENCODING 'UTF8' LC_CTYPE 'C.UTF-8', and move with npm run db:copy.";
  if (row!.encoding !== 'UTF8')
    return [fault('Encoding', `the database uses ${String(row!.encoding)}, not UTF8.`, advice)];
  return ['C', 'POSIX'].includes(String(row!.ctype))
    ? [warning('Encoding', 'search ignores case only for English letters.', advice)]
    : [];
}

/** Checks the rights that migrations need. */
async function checkRights(connection: Connection): Promise<Finding> {
  const [rights] = await connection.query(
    `select has_schema_privilege('public', 'create') as tables,
       to_regnamespace('drizzle') is not null or has_database_privilege(current_database(), 'create') as schemas,
       (select count(*) from pg_tables where schemaname in ('public', 'drizzle')
         and not pg_has_role(tableowner, 'usage')) as foreign_tables`,
  );
  if (rights!.tables && rights!.schemas && Number(rights!.foreign_tables) === 0)
    return ok('Rights', 'this role may migrate the database');
  return fault(
    'Rights',
    'this role may not create or change all tables, so a migration would fail.',
    'Make it the owner of the database and of the tables in it.',
  );
}

async function checkUnfinishedCopy(connection: Connection): Promise<Finding[]> {
  const found = await connection.query('select 1 as found where to_regclass(?) is not null', [
    unfinishedCopyTable,
  ]);
  if (found.length === 0) return [];
  const advice = 'Run the same npm run db:copy again; it continues where it stopped.';
  return [fault('Database', 'holds an unfinished copy.', advice)];
}
