import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageRow } from '../messages/messages.queries.ts';

const authorOf = (row: MessageRow) => (row.role === 'user' ? 'You' : (row.model ?? 'Assistant'));
/** Any JSON string is a valid YAML string. */
const yamlString = (text: string) => JSON.stringify(text);

/** The active branch as Markdown with front matter. */
export const toMarkdown = (chat: ChatRow, branch: MessageRow[]): string =>
  [
    `---\ntitle: ${yamlString(chat.title)}\ncreated: ${new Date(chat.createdAt).toISOString()}\n---\n`,
    `# ${chat.title}\n`,
    ...branch.map((row) => `## ${authorOf(row)}${row.edited ? ' (edited)' : ''}\n\n${row.content.trim()}\n`),
  ].join('\n');

/** The active branch as plain text. */
export const toText = (chat: ChatRow, branch: MessageRow[]): string =>
  [`${chat.title}\n`, ...branch.map((row) => `${authorOf(row)}:\n${row.content.trim()}\n`)].join('\n');
