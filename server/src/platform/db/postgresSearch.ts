import { sql } from 'drizzle-orm';
import type { Dialect } from './store.ts';

// The longest text whose words certainly fit into a tsvector, which holds up to 1 MB.
const document = "to_tsvector('simple', left(content, 200000))";

/** Runs after the migrations. Safe to run again. */
export const postgresSearch = `create index if not exists messages_search on messages using gin (${document})`;

/** Words contain only letters and digits, so they need no quoting in a tsquery. */
const matches = (words: string[]) =>
  sql`${sql.raw(document)} @@ to_tsquery('simple', ${words.map((word) => `${word}:*`).join(' & ')})`;

export const postgresDialect: Dialect = {
  name: 'postgres',
  contains: (column, needle) => sql`position(${needle} in ${column}) > 0`,
  matchingMessages: (ownerId, words) =>
    sql`(select seq from messages where chat_id in (select id from chats where owner_id = ${ownerId}) and ${matches(words)})`,
  // Not `exists`, which PostgreSQL may evaluate for all messages of the instance at once.
  chatHasMatch: (_ownerId, chatId, words) =>
    sql`((select 1 from messages where chat_id = ${chatId} and ${matches(words)} limit 1) is not null)`,
};
