import { brotliCompressSync } from 'node:zlib';
import { foldText } from '../../server/src/platform/db/searchText.ts';
import type { Store } from '../../server/src/platform/db/store.ts';

export interface Seed {
  ownerId: string;
  /** Chats, each with two messages and a live link. */
  chats: number;
  /** Makes the ids of different seeds distinct. */
  prefix: string;
}

const rowsAtOnce = 200;
const subjects = ['Budget', 'Roadmap', 'Recipe', 'Interview', 'Contract', 'Holiday', 'Migration', 'Review'];

const titleOf = (i: number) => `${subjects[i % subjects.length]!} plan number ${i}`;

/** Writes the same rows that the app would write. */
export async function seed(store: Store, { ownerId, chats, prefix }: Seed): Promise<void> {
  const { t, db } = store;
  const body = brotliCompressSync('[]');
  const start = Date.now() - chats * 60_000;
  for (let from = 0; from < chats; from += rowsAtOnce) {
    const numbers = Array.from({ length: Math.min(rowsAtOnce, chats - from) }, (_, i) => from + i);
    await store.tx(async () => {
      await db.insert(t.chats).values(
        numbers.map((i) => ({
          id: `${prefix}c${i}`,
          ownerId,
          title: titleOf(i),
          titleKey: foldText(titleOf(i)),
          settings: {},
          activeMessageId: `${prefix}a${i}`,
          messageCount: 2,
          createdAt: start + i * 60_000,
          updatedAt: start + i * 60_000,
        })),
      );
      await db.insert(t.messages).values(
        numbers.flatMap((i) => [
          {
            id: `${prefix}q${i}`,
            chatId: `${prefix}c${i}`,
            parentId: null,
            role: 'user' as const,
            content: `What about the ${titleOf(i)}, item${i}?`,
            status: 'complete' as const,
            createdAt: start + i * 60_000,
          },
          {
            id: `${prefix}a${i}`,
            chatId: `${prefix}c${i}`,
            parentId: `${prefix}q${i}`,
            role: 'assistant' as const,
            content: `Here is everything about it. ${'It continues for a while. '.repeat(20)}`,
            status: 'complete' as const,
            createdAt: start + i * 60_000,
          },
        ]),
      );
      await db.insert(t.sharedLinks).values(
        numbers.map((i) => ({
          id: `${prefix}s${i}`,
          chatId: `${prefix}c${i}`,
          ownerId,
          title: titleOf(i),
          titleKey: foldText(titleOf(i)),
          showAuthor: true,
          audienceKind: 'instance' as const,
          currentVersion: 1,
          createdAt: start + i * 60_000,
          updatedAt: start + i * 60_000,
        })),
      );
      await db.insert(t.sharedLinkVersions).values(
        numbers.map((i) => ({
          linkId: `${prefix}s${i}`,
          number: 1,
          messageCount: 2,
          contentHash: 'x',
          chatVersion: 0,
          body,
          createdAt: start + i * 60_000,
        })),
      );
    });
  }
}
