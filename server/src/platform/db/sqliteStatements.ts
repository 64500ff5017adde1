import type Database from 'better-sqlite3';

/** Prepared statements kept per connection; the least recently added goes first. */
const statementsKept = 500;

export interface Statements {
  /** Whether the statement only reads. False also for what this connection cannot prepare. */
  reads(text: string): boolean;
  /** Rows as arrays of values, as Drizzle's proxy driver wants them; one row for `get`. */
  run(text: string, params: unknown[], method: 'get' | 'all'): unknown;
  objects(text: string, params: unknown[]): unknown[];
}

export function statements(connection: Database.Database): Statements {
  const kept = new Map<string, Database.Statement>();

  const prepared = (text: string): Database.Statement => {
    let statement = kept.get(text);
    if (!statement) {
      statement = connection.prepare(text);
      if (kept.size >= statementsKept) kept.delete(kept.keys().next().value!);
      kept.set(text, statement);
    }
    return statement;
  };

  return {
    reads: (text) => prepared(text).readonly,
    run(text, params, method) {
      const statement = prepared(text);
      if (!statement.reader) {
        statement.run(...params);
        return [];
      }
      statement.raw(true);
      return method === 'get' ? statement.get(...params) : statement.all(...params);
    },
    objects(text, params) {
      return prepared(text)
        .raw(false)
        .all(...params);
    },
  };
}
