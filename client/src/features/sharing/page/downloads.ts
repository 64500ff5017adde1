import type { SharedChat } from '#shared/sharing';
import { t } from '../../../i18n/t.ts';

/** Saves text as a file. */
function save(text: string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

const fileName = ({ title }: SharedChat, ending: string) =>
  `${
    title
      .replace(/[^\p{L}\p{N}._-]+/gu, ' ')
      .trim()
      .slice(0, 80) || 'chat'
  }.${ending}`;

/** The chat as Markdown, with front matter that says what it is and where it came from. */
export function toMarkdown(chat: SharedChat, url: string): string {
  const author = chat.author?.name ?? t('sharedPage.anonymous');
  const front = Object.entries({ title: chat.title, author, shared: chat.updatedAt, link: url })
    // A JSON string is a valid YAML string, whatever it holds.
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n');
  const messages = chat.messages.map((message) => {
    const who = message.role === 'user' ? t('sharedPage.user') : (message.model ?? t('sharedPage.assistant'));
    const mark = message.edited ? ` (${t('sharedPage.edited')})` : '';
    return `## ${who}${mark}\n\n${message.content.trim()}\n`;
  });
  return [`---\n${front}\n---\n`, `# ${chat.title}\n`, ...messages].join('\n');
}

export const saveAsMarkdown = (chat: SharedChat): void =>
  save(toMarkdown(chat, location.href), 'text/markdown', fileName(chat, 'md'));

export function saveAsJson(chat: SharedChat): void {
  const { title, author, createdAt, updatedAt, version, messages } = chat;
  const document = { title, author, link: location.href, createdAt, updatedAt, version, messages };
  save(JSON.stringify(document, null, 2), 'application/json', fileName(chat, 'json'));
}
