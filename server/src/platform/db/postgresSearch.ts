import { sql } from 'drizzle-orm';
import type { Dialect } from './store.ts';

// The longest text whose word list surely fits into a tsvector, which may hold 1 MB.
const document = "to_tsvector('simple', left(content, 200000))";

/** Run after the migrations; harmless when it was run before. */
export const postgresSearch = `create index if not exists messages_search on messages using gin (${document})`;

/** Words are letters and digits only, so they need no quoting in a tsquery. */
const matches = (words: string[]) =>
  sql`${sql.raw(document)} @@ to_tsquery('simple', ${words.map((word) => `${word}:*`).join(' & ')})`;

export const postgresDialect: Dialect = {
  name: 'postgres',
  contains: (column, needle) => sql`position(${needle} in ${column}) > 0`,
  matchingMessages: (ownerId, words) =>
    sql`(select seq from messages where chat_id in (select id from chats where owner_id = ${ownerId}) and ${matches(words)})`,
  chatHasMatch: (_ownerId, chatId, words) =>
    sql`exists (select 1 from messages where chat_id = ${chatId} and ${matches(words)})`,
};
