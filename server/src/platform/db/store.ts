import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Schema } from '../../../../drizzle/schema/define.ts';
import type { DatabaseLoad, WorkObserver } from './workTimes.ts';

export type FullDb = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The query methods that both dialects share. */
export type Db = Pick<
  FullDb,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | '$count' | 'with' | '$with'
>;

/** Expressions that differ between the dialects. */
export interface Dialect {
  name: 'sqlite' | 'postgres';
  /** Whether the folded text in `column` contains the folded text `needle`, anywhere. */
  contains(column: unknown, needle: string): SQL;
  /** A subquery of `messages.seq` of this owner's messages that match all words by prefix. */
  matchingMessages(ownerId: string, words: string[]): SQL;
  /** Whether the chat in column `chatId` has a message that matches all words by prefix. */
  chatHasMatch(ownerId: string, chatId: unknown, words: string[]): SQL;
}

/**
 * The application's database. `db` joins the transaction that is open around the caller, if any, so that queries need
 * no connection argument.
 */
export interface Store {
  readonly db: Db;
  readonly t: Schema;
  readonly dialect: Dialect;
  /**
   * Runs `work` in a transaction, or joins the one that is open. Await only queries and `pauseTx` inside: on SQLite the
   * transaction holds the only writer, and on PostgreSQL `work` runs again after a serialization failure.
   */
  tx<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Call between the queries of a long transaction. SQLite runs queries on the event loop, so without pauses no request
   * would be served until the commit. Meanwhile reads see the last commit, and other writes wait for this transaction.
   */
  pauseTx(): Promise<void>;
  /** Runs a query that the query builder cannot express (recursive ones). Numbers may arrive as text: convert them. */
  rows<T extends Record<string, unknown>>(query: SQL): Promise<T[]>;
  /** Throws unless the database accepts a write now. */
  probe(): Promise<void>;
  /** Measures all work from now on. */
  observe(observer: WorkObserver): void;
  readonly load: DatabaseLoad;
  close(): Promise<void>;
}
