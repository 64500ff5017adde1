import { createHash } from 'node:crypto';
import type { ChatSettings } from '#shared/chats';
import { limits } from '#shared/limits';
import { sanitizeText } from '#shared/values';
import { UnreadableConversation, type ImportedChat, type ImportedMessage } from './importedChat.ts';
import type { TreeNode } from './tree.ts';
import { asTitle } from './untrusted.ts';

/** What a format found out about one message. */
export interface DraftMessage {
  role: 'user' | 'assistant';
  content: string;
  reasoning: string | null;
  reasoningMs: number | null;
  model: string | null;
  /** Null where the file says nothing that can be true. */
  createdAt: number | null;
}

/** What a format found out about a conversation. Null where the file says nothing. */
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
  /** As `growTree` orders them. */
  nodes: TreeNode<DraftMessage>[];
}

const number = (value: number) => value.toLocaleString('en');

function check(nodes: TreeNode<DraftMessage>[]): void {
  if (nodes.length === 0) throw new UnreadableConversation('It has no messages.');
  if (nodes.length > limits.messagesPerChat) {
    throw new UnreadableConversation(
      `It has ${number(nodes.length)} messages, more than the ${number(limits.messagesPerChat)} a chat can hold.`,
    );
  }
  const tooLong = nodes.some(
    ({ content }) => Math.max(content.content.length, content.reasoning?.length ?? 0) > limits.answerContent,
  );
  if (tooLong) {
    throw new UnreadableConversation(
      `One of its messages is longer than ${number(limits.answerContent)} characters.`,
    );
  }
}

/** No message is older than the one it answers; one without a date is as old as that. */
function date(nodes: TreeNode<DraftMessage>[], chatCreatedAt: number): ImportedMessage[] {
  const times = new Map<string, number>();
  return nodes.map(({ id, parentId, content }) => {
    const above = parentId === null ? undefined : times.get(parentId);
    const createdAt = Math.max(content.createdAt ?? above ?? chatCreatedAt, above ?? 0);
    times.set(id, createdAt);
    return {
      externalId: id,
      parentExternalId: parentId,
      role: content.role,
      content: sanitizeText(content.content),
      reasoning: content.reasoning === null ? null : sanitizeText(content.reasoning) || null,
      reasoningMs: content.reasoningMs,
      model: content.role === 'assistant' ? content.model : null,
      createdAt,
    };
  });
}

/** Stands in for an id the file does not give: the same conversation has the same one in every file. */
function contentId(title: string, nodes: TreeNode<DraftMessage>[]): string {
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const hash = createHash('sha256').update(title);
  for (const { parentId, content } of nodes) {
    const above = parentId === null ? '' : String(places.get(parentId));
    hash.update(`\0${above}\0${content.role}\0`).update(content.content);
  }
  return `sha256-${hash.digest('base64url')}`;
}

/** Characters of the first question that become the title of a chat without one. */
const titleFromQuestion = 80;

function titleFrom(messages: ImportedMessage[]): string {
  const question = messages.find(({ role, content }) => role === 'user' && content.trim() !== '');
  return asTitle(question?.content.trim().slice(0, titleFromQuestion)) || 'Imported chat';
}

/** Checks the bounds and fills in what a file may leave out. Throws `UnreadableConversation`. */
export function assembleChat(draft: DraftChat, now: number): ImportedChat {
  const { nodes } = draft;
  check(nodes);
  const known = nodes.map(({ content }) => content.createdAt).filter((time) => time !== null);
  const earliest = known.reduce<number | null>((a, b) => (a === null || b < a ? b : a), null);
  const createdAt = draft.createdAt ?? earliest ?? now;
  // The sort is stable and parents are never younger, so a parent stays before its children.
  const messages = date(nodes, createdAt).sort((a, b) => a.createdAt - b.createdAt);
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
