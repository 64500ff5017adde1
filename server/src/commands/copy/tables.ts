import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { define } from '../../../../drizzle/schema/define.ts';
import { pgKit } from '../../../../drizzle/schema/kit.ts';

/** What a column holds, the same in both databases. */
export type Kind = 'text' | 'integer' | 'boolean' | 'json' | 'blob';

export interface Column {
  name: string;
  kind: Kind;
}

/** A table as the copy sees it. */
export interface CopyTable {
  name: string;
  columns: Column[];
  /** The names of the columns of the primary key. */
  key: string[];
  /** The names of the tables its foreign keys refer to. */
  references: string[];
  /** The column that the database numbers itself. */
  numbered: string | undefined;
}

/** PostgreSQL's name of each column type of the schema. */
const kinds: Record<string, Kind> = {
  text: 'text',
  integer: 'integer',
  bigint: 'integer',
  bigserial: 'integer',
  boolean: 'boolean',
  jsonb: 'json',
  bytea: 'blob',
};

function kindOf(type: string): Kind {
  const kind = kinds[type];
  if (!kind) throw new Error(`Copying does not know the column type ${type}. Add it to copy/tables.ts.`);
  return kind;
}

function describeTable(table: PgTable): CopyTable {
  const { name, columns, primaryKeys, foreignKeys } = getTableConfig(table);
  const composite = primaryKeys[0]?.columns.map((column) => column.name);
  const single = columns.filter((column) => column.primary).map((column) => column.name);
  const references = foreignKeys.map((key) => getTableConfig(key.reference().foreignTable).name);
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, kind: kindOf(column.getSQLType()) })),
    key: composite ?? single,
    references: references.filter((other) => other !== name),
    numbered: columns.find((column) => column.getSQLType() === 'bigserial')?.name,
  };
}

/** Tables that hold only what running nodes know. */
const transientTables = ['leases'];

/** Returns every table to copy, each after the tables its foreign keys refer to. */
export function tablesInOrder(): CopyTable[] {
  const waiting = Object.values(define(pgKit)).filter((value) => is(value, PgTable));
  const remaining = waiting.map(describeTable).filter(({ name }) => !transientTables.includes(name));
  const ordered: CopyTable[] = [];
  while (remaining.length > 0) {
    const next = remaining.findIndex(({ references }) =>
      references.every((name) => ordered.some((table) => table.name === name)),
    );
    if (next < 0)
      throw new Error('The tables refer to each other in a circle and cannot be copied in order.');
    ordered.push(...remaining.splice(next, 1));
  }
  return ordered;
}
