import { createHash } from 'node:crypto';
import type { ChatSettings } from '#shared/chats';
import { limits } from '#shared/limits';
import { sanitizeText } from '#shared/values';
import { titleFromQuestion } from '../../chats/titles.service.ts';
import { UnreadableConversation, type ImportedChat, type ImportedMessage } from './importedChat.ts';
import type { TreeNode } from './tree.ts';

/** A message as a format reads it. */
export interface DraftMessage {
  role: 'user' | 'assistant';
  content: string;
  reasoning: string | null;
  reasoningMs: number | null;
  model: string | null;
  /** Null if the file has no plausible date. */
  createdAt: number | null;
}

/** A conversation as a format reads it. Null fields are missing in the file. */
export interface DraftChat {
  source: string;
  externalId: string | null;
  title: string;
  createdAt: number | null;
  updatedAt: number | null;
  archived: boolean;
  pinned: boolean;
  model: string | null;
  settings?: ChatSettings;
  activeId: string | null;
  /** In the order of `buildTree`. */
  nodes: TreeNode<DraftMessage>[];
}

const format = (value: number) => value.toLocaleString('en');

function requireWithinLimits(nodes: TreeNode<DraftMessage>[]): void {
  if (nodes.length === 0) throw new UnreadableConversation('It has no messages.');
  if (nodes.length > limits.messagesPerChat) {
    throw new UnreadableConversation(
      `It has ${format(nodes.length)} messages. A chat can have ${format(limits.messagesPerChat)}.`,
    );
  }
  const tooLong = nodes.some(
    ({ message: { content, reasoning } }) =>
      Math.max(content.length, reasoning?.length ?? 0) > limits.answerContent,
  );
  if (tooLong) {
    throw new UnreadableConversation(
      `One of its messages is longer than ${format(limits.answerContent)} characters.`,
    );
  }
}

/** Adds dates: no message is older than its parent, and a message without a date gets the date of its parent. */
function withDates(nodes: TreeNode<DraftMessage>[], chatCreatedAt: number): ImportedMessage[] {
  const times = new Map<string, number>();
  return nodes.map(({ id, parentId, message }) => {
    const parentTime = parentId === null ? undefined : times.get(parentId);
    const createdAt = Math.max(message.createdAt ?? parentTime ?? chatCreatedAt, parentTime ?? 0);
    times.set(id, createdAt);
    return {
      externalId: id,
      parentExternalId: parentId,
      role: message.role,
      content: sanitizeText(message.content),
      reasoning: message.reasoning === null ? null : sanitizeText(message.reasoning) || null,
      reasoningMs: message.reasoningMs,
      model: message.role === 'assistant' ? message.model : null,
      createdAt,
    };
  });
}

/** Returns an id for a conversation without one: a hash of its content, the same in every export. */
function contentId(title: string, nodes: TreeNode<DraftMessage>[]): string {
  const indexes = new Map(nodes.map(({ id }, index) => [id, index]));
  const hash = createHash('sha256').update(title);
  for (const { parentId, message } of nodes) {
    const parent = parentId === null ? '' : String(indexes.get(parentId));
    hash.update(`\0${parent}\0${message.role}\0`).update(message.content);
  }
  return `sha256-${hash.digest('base64url')}`;
}

function titleFrom(messages: ImportedMessage[]): string {
  const question = messages.find(({ role, content }) => role === 'user' && content.trim() !== '');
  return titleFromQuestion(question?.content ?? '') || 'Imported chat';
}

/** Checks the limits and fills in missing fields. Throws `UnreadableConversation`. */
export function assembleChat(draft: DraftChat, now: number): ImportedChat {
  const { nodes } = draft;
  requireWithinLimits(nodes);
  const times = nodes.map(({ message }) => message.createdAt).filter((time) => time !== null);
  const earliest = times.reduce<number | null>((a, b) => (a === null || b < a ? b : a), null);
  const createdAt = draft.createdAt ?? earliest ?? now;
  // The sort is stable and parents are never younger, so parents stay before their children.
  const messages = withDates(nodes, createdAt).sort((a, b) => a.createdAt - b.createdAt);
  const newest = messages[messages.length - 1]!;
  const ids = new Set(nodes.map(({ id }) => id));
  return {
    source: draft.source,
    externalId: draft.externalId ?? contentId(draft.title, nodes),
    title: draft.title || titleFrom(messages),
    createdAt,
    updatedAt: Math.max(draft.updatedAt ?? newest.createdAt, createdAt),
    archived: draft.archived,
    pinned: draft.pinned,
    model: draft.model ?? messages.findLast(({ model }) => model !== null)?.model ?? null,
    settings: draft.settings ?? {},
    activeExternalId: draft.activeId !== null && ids.has(draft.activeId) ? draft.activeId : newest.externalId,
    messages,
  };
}
