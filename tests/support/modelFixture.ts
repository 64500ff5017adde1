import type { ChatWithBranch } from '#shared/chats';
import type { Message } from '#shared/messages';
import { createTestApp, type TestApp } from './app.ts';
import { startModelServer, type ModelServer } from './modelServer.ts';
import type { Person, TestSocket } from './person.ts';

/** An app that is connected to a scripted model server, its admin, and an ordinary member. */
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
    env: { OPENAI_API_BASE_URL: server.url, OPENAI_API_KEY: 'sk-of-the-test-world', ...options.env },
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

/** Asks in a new chat, or in the one given. */
export async function ask(person: Person, content: string, chatId?: string) {
  const id = chatId ?? (await newChat(person)).id;
  const sent = await person.post(`/chats/${id}/messages`, { content }).expect(201);
  const { question, answer } = sent.body as { question: Message; answer: Message };
  return { chatId: id, messageId: answer.id, question, answer };
}

/** The message when its answer has ended, as `tab` hears it. */
export async function ended(
  person: Person,
  tab: TestSocket,
  { chatId, messageId }: { chatId: string; messageId: string },
): Promise<Message> {
  await tab.ask('chat:watch', { chatId });
  const now = (await openChat(person, chatId)).messages.find(({ id }) => id === messageId);
  if (now && now.status !== 'streaming') return now;
  const isEnd = ({ message }: { message: Message }) =>
    message.id === messageId && message.status !== 'streaming';
  return (await tab.hears('message:updated', isEnd)).message;
}
