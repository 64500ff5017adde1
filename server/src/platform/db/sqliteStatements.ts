import type Database from 'better-sqlite3';

/** Prepared statements kept per connection. The oldest is dropped first. */
const statementsMax = 500;

/** Runs statements on one connection and caches them in prepared form. */
export class Statements {
  #connection: Database.Database;
  #prepared = new Map<string, Database.Statement>();

  constructor(connection: Database.Database) {
    this.#connection = connection;
  }

  /** Whether the statement only reads. */
  isReadOnly(text: string): boolean {
    return this.#prepare(text).readonly;
  }

  /** Returns rows as arrays of values, as Drizzle's proxy driver expects them; one row for `get`. */
  run(text: string, params: unknown[], method: 'get' | 'all'): unknown {
    const statement = this.#prepare(text);
    if (!statement.reader) {
      statement.run(...params);
      return [];
    }
    statement.raw(true);
    return method === 'get' ? statement.get(...params) : statement.all(...params);
  }

  /** Returns rows as objects. */
  objects(text: string, params: unknown[]): unknown[] {
    return this.#prepare(text)
      .raw(false)
      .all(...params);
  }

  #prepare(text: string): Database.Statement {
    let statement = this.#prepared.get(text);
    if (!statement) {
      statement = this.#connection.prepare(text);
      if (this.#prepared.size >= statementsMax) this.#prepared.delete(this.#prepared.keys().next().value!);
      this.#prepared.set(text, statement);
    }
    return statement;
  }
}
