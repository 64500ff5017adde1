import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ChatQueries } from '../../../server/src/features/chats/chats.queries.ts';
import { MessageQueries } from '../../../server/src/features/messages/messages.queries.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import type { Person } from '../../support/person.ts';

interface ExportedMessage {
  id: string;
  parentId: string | null;
  childrenIds: string[];
  role: string;
  content: string;
}
interface ExportedChat {
  id: string;
  title: string;
  archived: boolean;
  chat: {
    history: { currentId: string | null; messages: Record<string, ExportedMessage> };
    messages: ExportedMessage[];
  };
}

describe('exports', () => {
  let app: TestApp;
  let ann: Person;
  let conversations: Conversations;
  beforeAll(async () => {
    app = await createTestApp();
    ann = await app.person('Ann');
    conversations = new Conversations(app.platform);
  });
  afterAll(() => app.end());
  afterEach(() => void jest.restoreAllMocks());

  /** Creates a chat with one long branch. */
  const createChat = (messages: number, content: string, owner = ann) =>
    conversations.create(owner.user.id, { turns: Array.from({ length: messages }, () => ({ content })) });
  /** Sends the request, and resolves with the response before its body is read. */
  const open = async (path: string, person = ann): Promise<IncomingMessage> => {
    const sent = get(`${app.url}/api/v1${path}`, { agent: false, headers: { cookie: person.cookie() } });
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  };
  const exportOf = async (path: string): Promise<ExportedChat[]> =>
    (await ann.get(path).expect(200)).body as ExportedChat[];

  test.each(['json', 'md', 'txt'])('an export of another person’s chat as %s is refused', async (format) => {
    const chatId = await createChat(2, 'x');
    const bob = await app.person(`Bob-${format}`);
    const response = await bob.get(`/chats/${chatId}/export?format=${format}`).expect(404);
    expect(response.body.error.code).toBe('not_found');
    expect(response.headers['content-disposition']).toBeUndefined();
  });

  test('a chat is exported as JSON with its whole tree and its active branch', async () => {
    const chatId = await createChat(300, 'Words with "quotes",\nlines and 🦊');
    const all = Object.values((await exportOf(`/chats/${chatId}/export`))[0]!.chat.history.messages);
    const tenth = all[9]!;
    const chat = (await conversations.chats.byId(chatId))!;
    await conversations.chats.incrementVersion(chatId, { activeMessageId: tenth.id });
    const other = await conversations.addMessages(chatId, { content: 'Another way', reasoning: '<b>\nHm' });
    const [exported] = await exportOf(`/chats/${chatId}/export`);
    const { history, messages } = exported!.chat;
    expect(Object.keys(history.messages)).toHaveLength(301);
    expect(history.currentId).toBe(other[0]);
    expect(history.messages[tenth.id]!.childrenIds).toEqual([all[10]!.id, other[0]]);
    expect(messages.map(({ id }) => id)).toEqual([...all.slice(0, 10).map(({ id }) => id), other[0]]);
    expect(messages.at(-1)).toEqual(history.messages[other[0]!]);
    expect(messages.at(-1)!.content).toContain('\n&gt; &lt;b&gt;\n&gt; Hm\n</details>\nAnother way');
    expect(all[3]!.content).toBe('Words with "quotes",\nlines and 🦊');
    expect(exported).toMatchObject({ id: chatId, title: chat.title, archived: false });
  });

  test('an empty chat is exported in every format', async () => {
    const chatId = await conversations.create(ann.user.id, { title: 'Empty', turns: [] });
    const [exported] = await exportOf(`/chats/${chatId}/export`);
    expect(exported!.chat).toMatchObject({ history: { currentId: null, messages: {} }, messages: [] });
    expect((await ann.get(`/chats/${chatId}/export?format=md`).expect(200)).text).toContain('# Empty');
    expect((await ann.get(`/chats/${chatId}/export?format=txt`).expect(200)).text).toBe('Empty\n');
  });

  test('the texts of an export as Markdown and plain text are the active branch in order', async () => {
    const chatId = await conversations.create(ann.user.id, {
      turns: Array.from({ length: 250 }, (_, at) => ({ content: ` Words ${at} ` })),
    });
    const markdown = (await ann.get(`/chats/${chatId}/export?format=md`).expect(200)).text;
    expect(markdown).toMatch(
      /^---\ntitle: "On magnets"\ncreated: .*\n---\n\n# On magnets\n\n## You\n\nWords 0\n/,
    );
    expect(markdown).toMatch(/\n\n## Assistant\n\nWords 249\n$/);
    const text = (await ann.get(`/chats/${chatId}/export?format=txt`).expect(200)).text;
    const words = Array.from(
      { length: 250 },
      (_, at) => `${at % 2 === 0 ? 'You' : 'Assistant'}:\nWords ${at}\n`,
    );
    expect(text).toBe(['On magnets\n', ...words].join('\n'));
  });

  test('all chats are exported once each, archived ones too, although they change meanwhile', async () => {
    const cat = await app.person('Cat');
    const ids: string[] = [];
    for (let at = 0; at < 110; at++)
      ids.push(await conversations.create(cat.user.id, { title: `Chat ${at}` }));
    await cat.patch(`/chats/${ids[7]}`, { archived: true }).expect(200);
    const { value } = Object.getOwnPropertyDescriptor(ChatQueries.prototype, 'byId')!;
    const byId = value as ChatQueries['byId'];
    let reads = 0;
    jest.spyOn(ChatQueries.prototype, 'byId').mockImplementation(async function (this: ChatQueries, id) {
      // The oldest chat is continued and moves to the top of the list.
      if (++reads === 20) await this.update(ids[0]!, { updatedAt: app.platform.now() + 1_000 });
      return byId.call(this, id);
    });
    const exported = await cat.get('/exports/chats').expect(200);
    const found = (exported.body as ExportedChat[]).map(({ id }) => id);
    expect([...found].sort()).toEqual([...ids].sort());
    expect((exported.body as ExportedChat[]).find(({ id }) => id === ids[7])!.archived).toBe(true);
  });

  test('a chat whose export is longer than any string is exported', async () => {
    // Each character takes six in JSON, and the messages of the branch are written twice.
    const [messages, characters] = [45, 1_000_000];
    const chatId = await createChat(messages, '\u0001'.repeat(characters));
    const response = await open(`/chats/${chatId}/export`);
    expect(response.statusCode).toBe(200);
    let bytes = 0;
    let end = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      end = chunk.subarray(-20).toString();
    }
    expect(bytes).toBeGreaterThan(messages * characters * 12);
    expect(end).toMatch(/"meta":\{\}\}\]$/);
  });

  describe('of a long chat', () => {
    const messages = 60;
    let dan: Person;
    let chatId: string;
    beforeAll(async () => {
      dan = await app.person('Dan');
      // Each message is longer than what is read at a time.
      chatId = await createChat(messages, 'Ü'.repeat(250_000), dan);
    });
    const download = async (path: string) => {
      const response = await open(path, dan);
      response.resume();
      await once(response, 'end');
    };
    const countReads = () => jest.spyOn(MessageQueries.prototype, 'byIds').mock.calls;
    const paths = () => [`/chats/${chatId}/export`, `/chats/${chatId}/export?format=md`, '/exports/chats'];

    test('an export reads on only while its client reads', async () => {
      for (const path of paths()) {
        const reads = countReads();
        const response = await open(path, dan);
        // Each of these requests takes more turns of the event loop than reading the next messages.
        for (let at = 0; at < messages; at++) await ann.get('/me').expect(200);
        expect(reads.length).toBeLessThan(messages / 2);
        response.destroy();
        jest.restoreAllMocks();
      }
    });

    test('an export ends when its client hangs up', async () => {
      for (const path of paths()) {
        const reads = countReads();
        await download(path);
        const whole = reads.length;
        const abandoned = await open(path, dan);
        abandoned.once('data', () => abandoned.destroy());
        await once(abandoned, 'close');
        // If the abandoned export went on, it would read as many messages meanwhile.
        await download(path);
        expect(reads.length).toBeLessThan(whole * 2.6);
        jest.restoreAllMocks();
      }
    });

    test('an export serves other requests between its messages', async () => {
      for (const path of paths()) {
        let turns = 0;
        let running = true;
        const count = () => {
          turns++;
          if (running) setImmediate(count);
        };
        setImmediate(count);
        await download(path);
        running = false;
        expect(turns).toBeGreaterThan(messages * 0.9);
      }
    });
  });

  test('an export that cannot be read is an error, not a download', async () => {
    const chatId = await createChat(2, 'x');
    app.platform.log.level = 'silent';
    jest.spyOn(MessageQueries.prototype, 'nodesOfChat').mockRejectedValue(new Error('disk failure'));
    for (const path of [`/chats/${chatId}/export`, `/chats/${chatId}/export?format=md`]) {
      const response = await ann.get(path).expect(500);
      expect(response.body.error.code).toBe('internal');
      expect(response.headers['content-disposition']).toBeUndefined();
    }
    app.platform.log.level = 'error';
  });
});
