import type { Chat, ChatSummary } from '#shared/chats';
import type { ChatListRow, ChatRow } from './chats.queries.ts';

const iso = (ms: number) => new Date(ms).toISOString();

export const presentChatSummary = (row: ChatListRow): ChatSummary => ({
  id: row.id,
  title: row.title,
  pinned: row.pinned,
  archived: row.archived,
  shared: row.shared,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
});

export const presentChat = (row: ChatRow): Chat => ({
  ...presentChatSummary(row),
  model: row.model,
  settings: row.settings,
  activeMessageId: row.activeMessageId,
  version: row.version,
  continuedFrom:
    row.continuedFromTitle === null ? null : { title: row.continuedFromTitle, at: iso(row.createdAt) },
});
