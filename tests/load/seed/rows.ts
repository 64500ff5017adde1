import { hash } from '@node-rs/argon2';
import type { SeedSize } from '../options.ts';
import { makeTexts, md5 } from './texts.ts';

/** Incremented when the rows below change, so that databases seeded before are not reused. */
export const seedVersion = 1;

export const password = 'correct horse battery';
export const emailOf = (person: number) => `person${person}@load.example`;
export const linkIdOf = (link: number) => md5(`s${link}`);
/** A word that occurs in exactly one question. */
export const rareWordOf = (message: number) => `case${message - (message % 2)}`;

/** Messages of each chat, questions and answers in turn. */
const messagesPerChat = 10;
/** Rows that one statement writes: enough to be fast, few enough to show progress. */
const rowsAtOnce = 50_000;
/** How many different texts there are. */
const pool = { questions: 500, answers: 1_500, snapshots: 100 };
/** A prime that spreads rows over texts and people. */
const spread = 7919;
/** Epoch milliseconds of the first message, and milliseconds between two. */
const [firstAt, intervalMs] = [Date.UTC(2025, 0, 1), 20_000];

const subjects = ['Budget', 'Roadmap', 'Recipe', 'Interview', 'Contract', 'Holiday', 'Migration', 'Review'];

/** A database that is being seeded. Both dialects run the same statements, with the function `md5`. */
export interface SeedTarget {
  /** The column type of binary data. */
  binary: 'blob' | 'bytea';
  onProgress: (text: string) => void;
  run(sql: string): Promise<void>;
  insert(table: string, columns: string[], rows: unknown[][]): Promise<void>;
}

// SQL expressions. Ids look like those of the app: 22 characters without an order.
const idSql = (prefix: string, number: string) => `substr(md5('${prefix}' || ${number}), 1, 22)`;
const timeSql = (message: string) => `${firstAt} + ${message} * ${intervalMs}`;
const pooledSql = (table: string, number: string, size: number, from = 0) =>
  `(select body from seed_${table} where n = ${from} + (${number}) * ${spread} % ${size})`;
/** A few people own many chats, most own some. */
const ownerSql = (people: number) => {
  const x = `(i * ${spread} % ${people})`;
  return idSql('u', `(${x} * ${x} / ${people})`);
};

const titleSql = `${pooledSql('subjects', 'i', subjects.length)} || ' plan number ' || i`;

/** Inserts one row for each number from 0, named `i` in the expressions of `columns`. */
async function insertNumbered(
  target: SeedTarget,
  table: string,
  count: number,
  columns: Record<string, string>,
): Promise<void> {
  const names = Object.keys(columns).join(', ');
  const values = Object.values(columns).join(', ');
  for (let from = 0; from < count; from += rowsAtOnce) {
    const to = Math.min(count, from + rowsAtOnce);
    await target.run(
      `with recursive numbers(i) as (
         select cast(${from} as bigint) union all select i + 1 from numbers where i + 1 < ${to}
       ) insert into ${table} (${names}) select ${values} from numbers order by i`,
    );
    target.onProgress(`${table}: ${to} of ${count}`);
  }
}

async function writePools(target: SeedTarget): Promise<void> {
  const { questions, answers, snapshots } = makeTexts(pool);
  const pools = { texts: [...questions, ...answers], subjects, snapshots };
  for (const [name, values] of Object.entries(pools)) {
    const type = name === 'snapshots' ? target.binary : 'text';
    await target.run(`create temporary table seed_${name} (n bigint primary key, body ${type})`);
    const rows = (values as unknown[]).map((value, n) => [n, value]);
    await target.insert(`seed_${name}`, ['n', 'body'], rows);
  }
}

async function writePeople(target: SeedTarget, people: number): Promise<void> {
  const passwordHash = await hash(password);
  const rows = Array.from({ length: people }, (_, i) => [
    md5(`u${i}`).slice(0, 22),
    `Person ${i}`,
    emailOf(i),
    i === 0 ? 'admin' : 'user',
    passwordHash,
    firstAt + i,
  ]);
  await target.insert('users', ['id', 'name', 'email', 'role', 'password_hash', 'created_at'], rows);
  await target.insert('bootstrap', ['id', 'user_id'], [[1, rows[0]![0]]]);
}

async function writeChats(target: SeedTarget, { people, messages }: SeedSize): Promise<void> {
  const chats = Math.ceil(messages / messagesPerChat);
  const lastMessage = `((i + 1) * ${messagesPerChat} - 1)`;
  await insertNumbered(target, 'chats', chats, {
    id: idSql('c', 'i'),
    owner_id: ownerSql(people),
    title: titleSql,
    title_key: `lower(${titleSql})`,
    title_is_automatic: 'false',
    settings: "'{}'",
    active_message_id: idSql('m', lastMessage),
    message_count: String(messagesPerChat),
    created_at: timeSql(`i * ${messagesPerChat}`),
    updated_at: timeSql(lastMessage),
  });
  const isQuestion = 'i % 2 = 0';
  await insertNumbered(target, 'messages', chats * messagesPerChat, {
    id: idSql('m', 'i'),
    chat_id: idSql('c', `(i / ${messagesPerChat})`),
    parent_id: `case when i % ${messagesPerChat} = 0 then null else ${idSql('m', '(i - 1)')} end`,
    role: `case when ${isQuestion} then 'user' else 'assistant' end`,
    content: `case when ${isQuestion} then ${pooledSql('texts', 'i', pool.questions)} || ' case' || i
      else ${pooledSql('texts', 'i', pool.answers, pool.questions)} end`,
    model: `case when ${isQuestion} then null else 'load-model' end`,
    status: "'complete'",
    created_at: timeSql('i'),
  });
}

async function writeLinks(target: SeedTarget, { people, links }: SeedSize): Promise<void> {
  const at = timeSql(`i * ${messagesPerChat}`);
  await insertNumbered(target, 'shared_links', links, {
    id: "md5('s' || i)",
    chat_id: idSql('c', 'i'),
    owner_id: ownerSql(people),
    title: titleSql,
    title_key: `lower(${titleSql})`,
    show_author: 'true',
    include_reasoning: 'false',
    audience_kind: "'instance'",
    current_version: '1',
    created_at: at,
    updated_at: at,
  });
  await insertNumbered(target, 'shared_link_versions', links, {
    link_id: "md5('s' || i)",
    number: '1',
    message_count: String(messagesPerChat),
    content_hash: "md5('s' || i)",
    chat_version: '0',
    created_at: at,
    body: pooledSql('snapshots', 'i', pool.snapshots),
  });
}

/** Writes people, chats with their messages, and links into an empty database. */
export async function writeRows(target: SeedTarget, size: SeedSize): Promise<void> {
  await writePools(target);
  await writePeople(target, size.people);
  await writeChats(target, size);
  await writeLinks(target, size);
}
