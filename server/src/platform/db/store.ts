import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Schema } from '../../../../drizzle/schema/define.ts';

export type FullDb = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The query surface both dialects really share. */
export type Db = Pick<
  FullDb,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | '$count' | 'with' | '$with'
>;

/** The few places where the dialects truly differ. */
export interface Dialect {
  name: 'sqlite' | 'postgres';
  /** Whether the folded text in `column` contains the folded text `needle`, anywhere. */
  contains(column: unknown, needle: string): SQL;
  /** A subquery of `messages.seq` of this owner's messages that match all words, as beginnings of words. */
  matchingMessages(ownerId: string, words: string[]): SQL;
  /** Whether the chat named by column `chatId` holds a message that matches all words. */
  chatHasMatch(ownerId: string, chatId: unknown, words: string[]): SQL;
}

/**
 * The application's database. `db` takes part in the transaction that is open around the caller, if one is:
 * queries need not be handed a connection.
 */
export interface Store {
  readonly db: Db;
  readonly t: Schema;
  readonly dialect: Dialect;
  /**
   * All or nothing. Joins the transaction that is already open. Await nothing but queries inside: on SQLite it holds
   * the one writer, and on PostgreSQL it may be run again after a serialisation failure.
   */
  tx<T>(work: () => Promise<T>): Promise<T>;
  /** For what the query builder cannot say (recursive walks). Numbers may arrive as text: convert them. */
  rows<T extends Record<string, unknown>>(query: SQL): Promise<T[]>;
  /** Throws unless the database takes a write now. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
