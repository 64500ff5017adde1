import type { ChatWithBranch } from '#shared/chats';
import type { Message } from '#shared/messages';
import { createTestApp, type TestApp } from './app.ts';
import { startModelServer, type ModelServer } from './modelServer.ts';
import type { Person, TestSocket } from './person.ts';

/** An app connected to a scripted model server, its admin, and a member. */
export interface ModelFixture {
  app: TestApp;
  server: ModelServer;
  admin: Person;
  member: Person;
  end(): Promise<void>;
}

type Options = Parameters<typeof createTestApp>[0];

export async function createModelFixture(options: Options = {}): Promise<ModelFixture> {
  const server = await startModelServer();
  const app = await createTestApp({
    ...options,
    env: { OPENAI_API_BASE_URL: server.url, OPENAI_API_KEY: 'sk-of-the-test-fixture', ...options.env },
  });
  const admin = await app.person('Ada');
  const member = await app.person('Ben');
  return {
    app,
    server,
    admin,
    member,
    async end() {
      server.release();
      await app.end();
      await server.close();
    },
  };
}

export const newChat = async (person: Person, body: object = {}) =>
  (await person.post('/chats', body).expect(201)).body as ChatWithBranch;

export const openChat = async (person: Person, id: string) =>
  (await person.get(`/chats/${id}`).expect(200)).body as ChatWithBranch;

/** Asks in the given chat, or in a new one. */
export async function ask(person: Person, content: string, chatId?: string) {
  const id = chatId ?? (await newChat(person)).id;
  const sent = await person.post(`/chats/${id}/messages`, { content }).expect(201);
  const { question, answer } = sent.body as { question: Message; answer: Message };
  return { chatId: id, messageId: answer.id, question, answer };
}

/** Waits until the answer has ended and returns its message. */
export async function endedAnswer(
  person: Person,
  tab: TestSocket,
  { chatId, messageId }: { chatId: string; messageId: string },
): Promise<Message> {
  await tab.request('chat:watch', { chatId });
  const current = (await openChat(person, chatId)).messages.find(({ id }) => id === messageId);
  if (current && current.status !== 'streaming') return current;
  const hasEnded = ({ message }: { message: Message }) =>
    message.id === messageId && message.status !== 'streaming';
  return (await tab.waitFor('message:updated', hasEnded)).message;
}
