import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { ChatContent } from './openWebUiFormat.ts';

const authorOf = (row: MessageRow) => (row.role === 'user' ? 'You' : (row.model ?? 'Assistant'));
/** Any JSON string is a valid YAML string. */
const yamlString = (text: string) => JSON.stringify(text);

async function* textOf(
  { branch, read }: ChatContent,
  head: string,
  format: (row: MessageRow) => string,
): AsyncGenerator<string> {
  yield head;
  for await (const rows of read(branch)) yield rows.map((row) => `\n${format(row)}`).join('');
}

/** Yields the active branch as Markdown with front matter. */
export const toMarkdown = (chat: ChatRow, content: ChatContent): AsyncGenerator<string> =>
  textOf(
    content,
    `---\ntitle: ${yamlString(chat.title)}\ncreated: ${new Date(chat.createdAt).toISOString()}\n---\n\n# ${chat.title}\n`,
    (row) => `## ${authorOf(row)}${row.edited ? ' (edited)' : ''}\n\n${row.content.trim()}\n`,
  );

/** Yields the active branch as plain text. */
export const toText = (chat: ChatRow, content: ChatContent): AsyncGenerator<string> =>
  textOf(content, `${chat.title}\n`, (row) => `${authorOf(row)}:\n${row.content.trim()}\n`);
