import { eq } from 'drizzle-orm';
import { SharedLink } from '#shared/sharing';
import { createTestApp } from './app.ts';
import { Conversations } from './conversation.ts';
import type { Person } from './person.ts';

export type SharingFixture = Awaited<ReturnType<typeof createSharingFixture>>;

/** A running app with an admin and two members, and helpers for tests of sharing. */
export async function createSharingFixture() {
  const app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
  const [admin, ann, bob] = [await app.person('Admin'), await app.person('Ann'), await app.person('Bob')];
  const conversations = new Conversations(app.platform);
  const { store } = app.platform;

  /** Creates a chat of this person and publishes a link to it. */
  const share = async (
    owner: Person,
    options: object = {},
    chat: Parameters<Conversations['create']>[1] = {},
  ): Promise<SharedLink> => {
    const chatId = await conversations.create(owner.user.id, chat);
    return SharedLink.parse((await owner.put(`/chats/${chatId}/share`, options).expect(201)).body);
  };

  /** The audit log about one link or chat, oldest first. */
  const auditEntries = (targetId: string) =>
    store.db
      .select()
      .from(store.t.auditLog)
      .where(eq(store.t.auditLog.targetId, targetId))
      .orderBy(store.t.auditLog.seq);
  const auditActions = async (targetId: string) => (await auditEntries(targetId)).map(({ action }) => action);

  return { app, admin, ann, bob, conversations, share, auditEntries, auditActions };
}
