import type Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import type { Dialect } from './store.ts';

/** Returns a full-text query with every word quoted, so that operators in user input have no effect. */
const phrase = (words: string[]) => words.map((word) => `"${word}"*`).join(' AND ');

const matchingMessages = (ownerId: string, words: string[]) =>
  sql`(select rowid from messages_fts where messages_fts match ${`owner : "${ownerId}" AND body : (${phrase(words)})`})`;

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  contains: (column, needle) => sql`instr(${column}, ${needle}) > 0`,
  matchingMessages,
  // SQLite runs the inner query once, because it does not name the chat: to read the index for a frequent prefix takes
  // hundreds of milliseconds in a large instance. The plus sign keeps it from looking up each of its rows instead.
  chatHasMatch: (ownerId, chatId, words) =>
    sql`exists (select 1 from messages where messages.chat_id = ${chatId} and +messages.seq in ${matchingMessages(ownerId, words)})`,
};

// Owner and chat are indexed as separate words, so that a search never scans other users' messages.
// Answers are indexed when they are finished, not each time they are saved while streaming.
const index = `
  create virtual table messages_fts using fts5(
    owner, chat, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
  );`;
const triggers = {
  messages_fts_insert: `after insert on messages when new.status <> 'streaming' begin
    insert into messages_fts(rowid, owner, chat, body)
      select new.seq, owner_id, id, new.content from chats where id = new.chat_id; end;`,
  messages_fts_update: `after update of content, status on messages when new.status <> 'streaming' begin
    delete from messages_fts where rowid = new.seq;
    insert into messages_fts(rowid, owner, chat, body)
      select new.seq, owner_id, id, new.content from chats where id = new.chat_id; end;`,
  messages_fts_delete: `after delete on messages begin
    delete from messages_fts where rowid = old.seq; end;`,
};

/**
 * Creates the full-text index and its triggers if they are missing. A migration that rebuilds `messages` drops the
 * triggers; the index is then rebuilt from the stored messages.
 */
export function ensureSqliteSearch(writer: Database.Database): void {
  const present = new Set(
    writer
      .prepare("select name from sqlite_master where name like 'messages\\_fts%' escape '\\'")
      .pluck()
      .all(),
  );
  if (present.has('messages_fts') && Object.keys(triggers).every((name) => present.has(name))) return;
  writer.transaction(() => {
    for (const name of Object.keys(triggers)) writer.exec(`drop trigger if exists ${name}`);
    writer.exec(`drop table if exists messages_fts; ${index}`);
    for (const [name, body] of Object.entries(triggers)) writer.exec(`create trigger ${name} ${body}`);
    writer.exec(`insert into messages_fts(rowid, owner, chat, body)
      select m.seq, c.owner_id, c.id, m.content from messages m join chats c on c.id = m.chat_id
      where m.status <> 'streaming'`);
  })();
}
