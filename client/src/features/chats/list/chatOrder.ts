import type { ChatSummary } from '#shared/chats';
import { limits } from '#shared/limits';
import { call } from '../../../api/call.ts';

/** Returns whether `a` comes before `b` in the order of the server, newest first. */
const comesBefore = (a: ChatSummary, b: ChatSummary): boolean =>
  a.updatedAt === b.updatedAt ? a.id > b.id : a.updatedAt > b.updatedAt;

/**
 * Returns the rows, newest first, with `chat` at its position if it `belongs` there, and without it otherwise. When
 * more rows can be loaded (`hasMore`), a chat that would be last is left out: it is loaded with a later page.
 */
export function withChat(
  rows: readonly ChatSummary[],
  chat: ChatSummary,
  belongs: boolean,
  hasMore: boolean,
): readonly ChatSummary[] {
  const index = rows.findIndex(({ id }) => id === chat.id);
  if (!belongs) return index < 0 ? rows : rows.toSpliced(index, 1);
  if (index >= 0 && rows[index]?.updatedAt === chat.updatedAt) return rows.with(index, chat);
  const others = index < 0 ? rows : rows.toSpliced(index, 1);
  const position = others.findIndex((other) => comesBefore(chat, other));
  if (position >= 0) return others.toSpliced(position, 0, chat);
  return hasMore ? others : [...others, chat];
}

/** Reads all pinned chats; there are few, so the sidebar does not page them. */
export async function readPinned(): Promise<ChatSummary[]> {
  const pinned: ChatSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await call('GET /chats', {
      query: { pinned: 'true', limit: limits.pageSizeMax, ...(cursor && { cursor }) },
    });
    pinned.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return pinned;
}
