import { createHash } from 'node:crypto';
import { sanitizeText } from '#shared/values';
import type { Connection, SqlRow } from '../common/connection.ts';
import type { Column, CopyTable } from './tables.ts';

/** A value in the form both databases share. JSON is kept as text in a canonical form. */
export type Value = string | number | boolean | Buffer | null;
export type Row = Value[];

/** Most rows of one page: their values must fit into one statement (PostgreSQL 65,535, SQLite 32,766). */
const pageRowsMax = 500;
/** Bytes of one page, so that memory stays flat whatever the rows hold. One larger row is a page of its own. */
const pageBytesMax = 4 * 2 ** 20;

const quote = (name: string) => `"${name}"`;
const quoteAll = (names: string[]) => names.map(quote).join(', ');
const placeholders = (count: number) => Array<string>(count).fill('?').join(', ');

/** JSON as text: PostgreSQL's driver would not tell the JSON value `null` from a missing one. */
const selected = ({ name, kind }: Column) =>
  kind === 'json' ? `cast(${quote(name)} as text) as ${quote(name)}` : quote(name);

/** Returns JSON with sorted keys: PostgreSQL does not keep their order. */
function canonicalJson(text: string): string {
  const sorted = (_key: string, value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .map(([key, inner]) => [sanitizeText(key), inner] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : typeof value === 'string'
        ? sanitizeText(value)
        : value;
  return JSON.stringify(JSON.parse(text), sorted);
}

function decode(kind: Column['kind'], value: unknown): Value {
  if (value === null) return null;
  switch (kind) {
    case 'text':
      return sanitizeText(value as string);
    case 'integer':
      return Number(value);
    case 'boolean':
      return value === true || value === 1;
    case 'json':
      return canonicalJson(value as string);
    case 'blob':
      return Buffer.from(value as Uint8Array);
  }
}

const decodeRow = (columns: Column[], row: SqlRow): Row =>
  columns.map(({ name, kind }) => decode(kind, row[name]));

const keyColumns = (table: CopyTable) =>
  table.key.map((name) => table.columns.find((column) => column.name === name)!);

/** Returns the key of a row of this table. */
export const keyOf = (table: CopyTable, row: Row): Row =>
  table.key.map((name) => row[table.columns.findIndex((column) => column.name === name)]!);

export async function countRows(connection: Connection, table: CopyTable): Promise<number> {
  const [row] = await connection.query(`select count(*) as count from ${quote(table.name)}`);
  return Number(row!.count);
}

/** Returns the last key of the next page, or nothing after the last row. */
async function endOfPage(connection: Connection, table: CopyTable, after: Row | undefined) {
  const key = quoteAll(table.key);
  const sizes = table.columns
    .filter(({ kind }) => kind === 'text' || kind === 'blob')
    .map(({ name }) => `coalesce(octet_length(${quote(name)}), 0)`);
  const rows = await connection.query(
    `select ${key}, ${['0', ...sizes].join(' + ')} as bytes from ${quote(table.name)}
     ${after ? `where (${key}) > (${placeholders(after.length)})` : ''} order by ${key} limit ${pageRowsMax}`,
    after,
  );
  let bytes = 0;
  const beyond = rows.findIndex((row, i) => (bytes += Number(row.bytes)) > pageBytesMax && i > 0);
  const last = beyond < 0 ? rows.at(-1) : rows[beyond - 1];
  return last && decodeRow(keyColumns(table), last);
}

/** Returns the next rows in the order of the key, bounded in number and size. */
export async function readPage(connection: Connection, table: CopyTable, after?: Row): Promise<Row[]> {
  const last = await endOfPage(connection, table, after);
  if (!last) return [];
  const key = quoteAll(table.key);
  const bound = `(${placeholders(last.length)})`;
  const rows = await connection.query(
    `select ${table.columns.map(selected).join(', ')} from ${quote(table.name)}
     where (${key}) <= ${bound} ${after ? `and (${key}) > ${bound}` : ''} order by ${key}`,
    after ? [...last, ...after] : last,
  );
  return rows.map((row) => decodeRow(table.columns, row));
}

export async function insertRows(target: Connection, table: CopyTable, rows: Row[]): Promise<void> {
  const isSqlite = target.dialect === 'sqlite';
  const slots = table.columns.map(({ kind }) => (kind === 'json' && !isSqlite ? '?::text::jsonb' : '?'));
  const names = quoteAll(table.columns.map(({ name }) => name));
  const tuples = Array<string>(rows.length).fill(`(${slots.join(', ')})`);
  const values = rows.flat().map((value) => (isSqlite && typeof value === 'boolean' ? Number(value) : value));
  await target.query(`insert into ${quote(table.name)} (${names}) values ${tuples.join(', ')}`, values);
}

/** Continues the numbering of the table after its highest number. SQLite does so by itself. */
export async function continueNumbering(target: Connection, { name, numbered }: CopyTable): Promise<void> {
  if (!numbered || target.dialect === 'sqlite') return;
  await target.query(
    `select setval(pg_get_serial_sequence('${name}', '${numbered}'), max(${quote(numbered)})) from ${quote(name)}
     having max(${quote(numbered)}) is not null`,
  );
}

/** Bytes of a row's hash that are added up. */
const digestBytes = 16;

/** Returns the number of rows and a checksum over all their values, which does not depend on the order of the rows. */
export async function digestTable(connection: Connection, table: CopyTable) {
  let sum = 0n;
  let count = 0;
  for (let rows = await readPage(connection, table); rows.length > 0;) {
    for (const row of rows) sum = BigInt.asUintN(8 * digestBytes, sum + hashRow(row));
    count += rows.length;
    rows = await readPage(connection, table, keyOf(table, rows.at(-1)!));
  }
  return { count, digest: sum.toString(16).padStart(2 * digestBytes, '0') };
}

function hashRow(row: Row): bigint {
  const hash = createHash('sha256');
  for (const value of row) {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
    // The length keeps apart what two neighboring columns hold.
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return BigInt(`0x${hash.digest('hex').slice(0, 2 * digestBytes)}`);
}
