import { groupBy } from '../../platform/db/groupBy.ts';
import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageRow } from '../messages/messages.queries.ts';

const seconds = (ms: number) => Math.floor(ms / 1000);

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character]!);

/** Reasoning as Open WebUI stores it: a block before the answer, quoted and escaped. */
function contentOf(row: MessageRow): string {
  if (!row.reasoning) return row.content;
  const duration = (row.reasoningMs ?? 0) / 1000;
  const quoted = row.reasoning
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
  return `<details type="reasoning" done="true" duration="${duration}">\n<summary>Thought for ${Math.round(duration)} seconds</summary>\n${escapeHtml(quoted)}\n</details>\n${row.content}`;
}

const formatMessage = (row: MessageRow, children: MessageRow[]) => ({
  id: row.id,
  parentId: row.parentId,
  childrenIds: children.map((child) => child.id),
  role: row.role,
  content: contentOf(row),
  timestamp: seconds(row.createdAt),
  ...(row.model === null ? {} : { model: row.model }),
  ...(row.role === 'assistant' ? { done: true } : {}),
});

/** The whole tree of a chat in the format of an Open WebUI export, which both products import. */
export function toOpenWebUi(chat: ChatRow, rows: MessageRow[]) {
  const children = groupBy(rows, (row) => row.parentId);
  const messages = Object.fromEntries(
    rows.map((row) => [row.id, formatMessage(row, children.get(row.id) ?? [])]),
  );
  const branch = [];
  const parents = new Map(rows.map((row) => [row.id, row.parentId]));
  for (let id = chat.activeMessageId; id !== null && messages[id]; id = parents.get(id) ?? null) {
    branch.push(messages[id]);
    // A cycle would be longer than the tree.
    if (branch.length > rows.length) break;
  }
  return {
    id: chat.id,
    title: chat.title,
    chat: {
      title: chat.title,
      models: chat.model === null ? [] : [chat.model],
      system: chat.settings.systemPrompt ?? '',
      params: {
        temperature: chat.settings.temperature,
        top_p: chat.settings.topP,
        max_tokens: chat.settings.maxTokens,
      },
      history: { currentId: chat.activeMessageId, messages },
      messages: branch.reverse(),
      tags: [],
      timestamp: chat.createdAt,
    },
    created_at: seconds(chat.createdAt),
    updated_at: seconds(chat.updatedAt),
    archived: chat.archived,
    pinned: chat.pinned,
    meta: {},
  };
}
