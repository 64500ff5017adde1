import type { ChatSummary } from '#shared/chats';
import { limits } from '#shared/limits';
import { call } from '../../../api/call.ts';

/** Whether `a` stands above `b`: the order of the server, newest first. */
const above = (a: ChatSummary, b: ChatSummary): boolean =>
  a.updatedAt === b.updatedAt ? a.id > b.id : a.updatedAt > b.updatedAt;

/**
 * Rows, newest first, with `chat` in its place if it `belongs` there, and without it otherwise. When there are more
 * rows than these (`open`), one that would come after the last is left to the page it is on.
 */
export function placed(
  rows: readonly ChatSummary[],
  chat: ChatSummary,
  belongs: boolean,
  open: boolean,
): readonly ChatSummary[] {
  const at = rows.findIndex(({ id }) => id === chat.id);
  if (!belongs) return at < 0 ? rows : rows.toSpliced(at, 1);
  if (at >= 0 && rows[at]?.updatedAt === chat.updatedAt) return rows.with(at, chat);
  const others = at < 0 ? rows : rows.toSpliced(at, 1);
  const place = others.findIndex((other) => above(chat, other));
  if (place >= 0) return others.toSpliced(place, 0, chat);
  return open ? others : [...others, chat];
}

/** All pinned chats; there are few, so they are not paged on the screen. */
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
