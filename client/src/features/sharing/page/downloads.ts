import type { SharedChat } from '#shared/sharing';
import { t } from '../../../i18n/t.ts';
import { messageLabel } from '../labels.ts';

/** Saves text as a file. */
function save(text: string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

const fileName = ({ title }: SharedChat, extension: string) =>
  `${
    title
      .replace(/[^\p{L}\p{N}._-]+/gu, ' ')
      .trim()
      .slice(0, 80) || 'chat'
  }.${extension}`;

/** Returns the chat as Markdown, with its title, author, date and link in front matter. */
export function toMarkdown(chat: SharedChat, url: string): string {
  const author = chat.author?.name ?? t('sharing.anonymous');
  const frontMatter = Object.entries({ title: chat.title, author, shared: chat.updatedAt, link: url })
    // Any JSON string is a valid YAML string.
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n');
  const messages = chat.messages.map((message) => {
    const edited = message.edited ? ` (${t('sharedPage.edited')})` : '';
    return `## ${messageLabel(message)}${edited}\n\n${message.content.trim()}\n`;
  });
  return [`---\n${frontMatter}\n---\n`, `# ${chat.title}\n`, ...messages].join('\n');
}

export const saveAsMarkdown = (chat: SharedChat): void =>
  save(toMarkdown(chat, location.href), 'text/markdown', fileName(chat, 'md'));

export function saveAsJson(chat: SharedChat): void {
  const { title, author, createdAt, updatedAt, version, messages } = chat;
  const document = { title, author, link: location.href, createdAt, updatedAt, version, messages };
  save(JSON.stringify(document, null, 2), 'application/json', fileName(chat, 'json'));
}
