import type { ChatRow } from '../chats/chats.queries.ts';
import type { MessageRow } from '../messages/messages.queries.ts';

const speaker = (row: MessageRow) => (row.role === 'user' ? 'You' : (row.model ?? 'Assistant'));
/** A JSON string is a valid YAML string too, whatever it holds. */
const yaml = (text: string) => JSON.stringify(text);

/** The active branch as Markdown with front matter. */
export const toMarkdown = (chat: ChatRow, branch: MessageRow[]): string =>
  [
    `---\ntitle: ${yaml(chat.title)}\ncreated: ${new Date(chat.createdAt).toISOString()}\n---\n`,
    `# ${chat.title}\n`,
    ...branch.map((row) => `## ${speaker(row)}${row.edited ? ' (edited)' : ''}\n\n${row.content.trim()}\n`),
  ].join('\n');

/** The active branch as plain text. */
export const toText = (chat: ChatRow, branch: MessageRow[]): string =>
  [`${chat.title}\n`, ...branch.map((row) => `${speaker(row)}:\n${row.content.trim()}\n`)].join('\n');
