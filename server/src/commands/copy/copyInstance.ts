import { describe, failed } from '../common/commandLine.ts';
import type { Connection } from '../common/connection.ts';
import { Progress } from './progress.ts';
import { continueNumbering, countRows, digestTable, insertRows, keyOf, readPage } from './rows.ts';
import { tablesInOrder, type CopyTable } from './tables.ts';

export interface CopyOptions {
  source: Connection;
  /** A database whose tables the migrations of this version have created. */
  target: Connection;
  /** Also copy the sessions, so that people stay signed in. */
  withSessions: boolean;
  /** Called after every page. */
  onProgress?: (table: string, rows: number, total: number) => void;
}

export interface CopiedTable {
  name: string;
  rows: number;
  /** Checksum over all values, the same in source and target. */
  digest: string;
}

export interface CopyResult {
  resumed: boolean;
  tables: CopiedTable[];
}

const selectedTables = (withSessions: boolean) =>
  tablesInOrder().filter(({ name }) => withSessions || name !== 'sessions');

/** Identifies the instance: the user who was its first admin. */
async function instanceOf(source: Connection): Promise<string> {
  const [row] = await source.query('select user_id from bootstrap where id = 1');
  return (row?.user_id as string | undefined) ?? 'no account';
}

async function transaction(connection: Connection, work: () => Promise<void>): Promise<void> {
  await connection.query(connection.dialect === 'sqlite' ? 'begin immediate' : 'begin');
  try {
    await work();
    await connection.query('commit');
  } catch (error) {
    // The connection may be lost; then the database rolls back by itself.
    await connection.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Whether a table of Parley has rows. */
async function hasRows(target: Connection): Promise<boolean> {
  for (const table of tablesInOrder()) if ((await countRows(target, table)) > 0) return true;
  return false;
}

/** Throws if one of these tables of Parley has rows. */
export async function requireEmpty(target: Connection, present?: string[]): Promise<void> {
  for (const table of tablesInOrder().filter(({ name }) => present?.includes(name) ?? true)) {
    const rows = await countRows(target, table);
    if (rows > 0)
      throw failed(
        `${target.name} is not empty: its table ${table.name} has ${rows} rows. Name an empty database; nothing was changed.`,
      );
  }
}

/** Throws unless the target is empty or holds a copy of this source that was interrupted. Returns how far it came. */
async function begin(options: CopyOptions, progress: Progress): Promise<'empty' | 'unfinished' | 'copied'> {
  const { source, target, withSessions } = options;
  const copy = { instance: await instanceOf(source), withSessions };
  if (await progress.exists()) {
    const earlier = JSON.stringify(await progress.get('copy'));
    if (earlier === JSON.stringify(copy)) return 'unfinished';
    throw failed(
      `${target.name} holds an unfinished copy of another instance, or one with a different --with-sessions. ` +
        'Run the command that began it again, or add --start-over to discard that copy.',
    );
  }
  // Interrupted between its last step and getting its final name.
  if (target.holdsOnlyCopies && (await hasRows(target))) return 'copied';
  await requireEmpty(target);
  await transaction(target, async () => {
    await progress.create();
    await progress.set('copy', copy);
  });
  return 'empty';
}

async function copyTable(options: CopyOptions, progress: Progress, table: CopyTable): Promise<void> {
  const { source, target, onProgress } = options;
  const total = await countRows(source, table);
  let after = await progress.lastKey(table.name);
  let copied = after ? await countRows(target, table) : 0;
  for (;;) {
    const rows = await readPage(source, table, after);
    if (rows.length === 0) break;
    after = keyOf(table, rows.at(-1)!);
    const last = after;
    await transaction(target, async () => {
      await insertRows(target, table, rows);
      await progress.setLastKey(table.name, last);
    });
    copied += rows.length;
    onProgress?.(table.name, copied, total);
  }
  await continueNumbering(target, table);
}

/** Compares all values of a table. Throws if they differ. */
async function verifyTable({ source, target }: CopyOptions, table: CopyTable): Promise<CopiedTable> {
  const [expected, found] = [await digestTable(source, table), await digestTable(target, table)];
  if (expected.count === found.count && expected.digest === found.digest)
    return { name: table.name, rows: found.count, digest: found.digest };
  throw failed(
    `The table ${table.name} differs: ${expected.count} rows in the source, ${found.count} in the copy. ` +
      'The source was changed during the copy. Stop the server, then run the command again with --start-over.',
  );
}

/**
 * Copies all rows of an instance into an empty database, or continues its unfinished copy there, then compares every
 * value. Throws a `CommandError` if the target is not empty, or if the copy is not equal.
 */
export async function copyInstance(options: CopyOptions): Promise<CopyResult> {
  const progress = new Progress(options.target);
  const state = await begin(options, progress);
  const tables = selectedTables(options.withSessions);
  for (const table of state === 'copied' ? [] : tables) {
    await copyTable(options, progress, table).catch((error: unknown) => {
      throw failed(
        `The table ${table.name} could not be copied: ${describe(error)}. ` +
          'Run the same command again to continue. If this was such a continuation and the source has changed since, add --start-over.',
      );
    });
  }
  const verified: CopiedTable[] = [];
  for (const table of tables) verified.push(await verifyTable(options, table));
  if (state !== 'copied') await progress.remove();
  return { resumed: state !== 'empty', tables: verified };
}

/** Empties a database that holds an unfinished copy. Any other database is left as it is. */
export async function discardUnfinishedCopy(target: Connection): Promise<void> {
  const progress = new Progress(target);
  if (!(await progress.exists())) return;
  await transaction(target, async () => {
    for (const table of tablesInOrder().reverse()) await target.query(`delete from "${table.name}"`);
    await progress.remove();
  });
}
