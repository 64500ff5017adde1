import type { SharedChat, SharedLink } from '#shared/sharing';
import type { ViewedLink } from './sharing.queries.ts';
import type { LinkState } from './sharing.service.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** `origin` is where people open this instance. */
export const presentLink = (
  { row, audience, upToDate, inactive }: LinkState,
  origin: string,
): SharedLink => ({
  id: row.id,
  url: `${origin}/s/${row.id}`,
  chatId: row.chatId,
  title: row.title,
  showAuthor: row.showAuthor,
  audience,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  expiresAt: row.expiresAt === null ? null : iso(row.expiresAt),
  version: row.currentVersion,
  chatVersion: row.snapshotChatVersion,
  upToDate,
  inactiveReason: inactive,
});

/** The shared page without its messages, which are stored as they are sent. */
export const presentShared = (row: ViewedLink, viewerId: string): Omit<SharedChat, 'messages'> => ({
  id: row.id,
  title: row.title,
  author: row.showAuthor ? { name: row.ownerName } : null,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.snapshotAt),
  version: row.version,
  isOwner: row.ownerId === viewerId,
});
