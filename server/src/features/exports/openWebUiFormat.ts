import { groupBy } from '../../platform/db/groupBy.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageNode, MessageRow } from '../messages/messages.queries.ts';

const seconds = (ms: number) => Math.floor(ms / 1000);

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character]!);

/** Reasoning as Open WebUI stores it: a block before the answer, quoted and escaped. */
function contentOf(row: MessageRow): string {
  if (!row.reasoning) return row.content;
  const duration = (row.reasoningMs ?? 0) / 1000;
  const quoted = `> ${row.reasoning.replaceAll('\n', '\n> ')}`;
  return `<details type="reasoning" done="true" duration="${duration}">\n<summary>Thought for ${Math.round(duration)} seconds</summary>\n${escapeHtml(quoted)}\n</details>\n${row.content}`;
}

const formatMessage = (row: MessageRow, children: MessageNode[]): string =>
  JSON.stringify({
    id: row.id,
    parentId: row.parentId,
    childrenIds: children.map((child) => child.id),
    role: row.role,
    content: contentOf(row),
    timestamp: seconds(row.createdAt),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.role === 'assistant' ? { done: true } : {}),
  });

/** The messages of a chat: their tree, its active branch, and their texts a slice at a time. */
export interface ChatContent {
  tree: MessageNode[];
  branch: MessageNode[];
  read: (nodes: MessageNode[]) => AsyncIterable<MessageRow[]>;
}

/** Yields the slices as comma-separated pieces. */
async function* joined(
  slices: AsyncIterable<MessageRow[]>,
  format: (row: MessageRow) => string,
): AsyncGenerator<string> {
  let separator = '';
  for await (const rows of slices) {
    if (rows.length === 0) continue;
    yield separator + rows.map(format).join(',');
    separator = ',';
  }
}

/** Returns the members of an object as JSON, without its braces. */
const membersOf = (object: object): string => JSON.stringify(object).slice(1, -1);

/**
 * Yields the whole tree of a chat in the format of an Open WebUI export, which both products import. The format holds
 * the messages of the active branch twice; they are read twice instead of being kept in memory.
 */
export async function* toOpenWebUi(
  chat: ChatRow,
  { tree, branch, read }: ChatContent,
): AsyncGenerator<string> {
  const { id, title, settings } = chat;
  const models = chat.model === null ? [] : [chat.model];
  const system = settings.systemPrompt ?? '';
  const params = { temperature: settings.temperature, top_p: settings.topP, max_tokens: settings.maxTokens };
  const children = groupBy(tree, (node) => node.parentId);
  const format = (row: MessageRow) => formatMessage(row, children.get(row.id) ?? []);

  yield `{${membersOf({ id, title })},"chat":{${membersOf({ title, models, system, params })}`;
  yield `,"history":{${membersOf({ currentId: chat.activeMessageId })},"messages":{`;
  yield* joined(read(tree), (row) => `${JSON.stringify(row.id)}:${format(row)}`);
  yield '}},"messages":[';
  yield* joined(read(branch), format);
  yield `],${membersOf({ tags: [], timestamp: chat.createdAt })}},`;
  yield `${membersOf({
    created_at: seconds(chat.createdAt),
    updated_at: seconds(chat.updatedAt),
    archived: chat.archived,
    pinned: chat.pinned,
    meta: {},
  })}}`;
}
