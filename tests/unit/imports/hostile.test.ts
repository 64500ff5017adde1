import { describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { importBounds } from '../../../server/src/features/imports/reader/bounds.ts';
import {
  chatgptConversation,
  chatgptNode,
  exportedAt,
  openWebuiChat,
  openWebuiHistory,
  openWebuiMessage,
} from '../../support/imports/conversations.ts';
import { now, read } from '../../support/imports/reading.ts';

const good = openWebuiChat({ title: 'Good' });
/** Reads a hostile conversation between two good ones, which must be imported. */
async function readBetweenGood(hostile: string) {
  const { chats, failures } = await read(`[${JSON.stringify(good)},${hostile},${JSON.stringify(good)}]`);
  const goodChats = chats.filter(({ title }) => title === 'Good');
  expect(goodChats).toHaveLength(2);
  return { failures, chat: chats.find(({ title }) => title !== 'Good') };
}
const reasonOf = async (hostile: string) => (await readBetweenGood(hostile)).failures[0]?.reason;

describe('hostile conversations', () => {
  test('a conversation is refused if it is nested a million levels deep', async () => {
    const deep = `{"title":"Deep","chat":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
    expect((await readBetweenGood(deep)).failures).toEqual([
      { title: 'Deep', reason: 'It is nested more than 200 levels deep.' },
    ]);
  });

  test('a conversation is reported as incomplete if it never closes its million brackets', async () => {
    const { chats, failures } = await read(`[${JSON.stringify(good)},${'[{"a":'.repeat(5e5)}`);
    expect(chats).toHaveLength(1);
    expect(failures).toHaveLength(1);
  });

  test('a conversation is refused with its title if it is larger than the limit', async () => {
    const large = JSON.stringify(openWebuiChat({ title: 'Large', padding: 'x'.repeat(200_000) }));
    const bounds = { conversation: { ...importBounds.conversation, bytes: 100_000 } };
    const { chats, failures } = await read(`[${large},${JSON.stringify(good)}]`, bounds);
    expect(chats.map(({ title }) => title)).toEqual(['Good']);
    expect(failures).toMatchObject([{ reason: expect.stringContaining('larger than') }]);
  });

  test('a conversation is refused before it fills the memory if it has millions of empty values', async () => {
    expect(await reasonOf(`{"title":"Many","chat":[${'[],'.repeat(1_600_000)}[]]}`)).toBe(
      'It has more than 3,000,000 values.',
    );
  });

  test('a conversation of 100,000 messages is refused with their number', async () => {
    const messages: Record<string, unknown> = {};
    for (let at = 0; at < 100_000; at++) {
      messages[`m${at}`] = openWebuiMessage(`m${at}`, at === 0 ? null : `m${at - 1}`);
    }
    const chat = openWebuiChat({ title: 'Long' }, { currentId: 'm99999', messages });
    expect(await reasonOf(JSON.stringify(chat))).toBe('It has 100,000 messages. A chat can have 20,000.');
  });

  test('a chain of 100,000 hidden nodes is read to its end', async () => {
    const mapping: Record<string, unknown> = {};
    for (let at = 0; at < 100_000; at++) {
      mapping[`n${at}`] = { id: `n${at}`, parent: at === 0 ? null : `n${at - 1}`, message: null };
    }
    mapping.end = chatgptNode('end', 'n99999', 'user', 'Finally');
    const { chat } = await readBetweenGood(
      JSON.stringify(chatgptConversation([], { title: 'Chain', mapping })),
    );
    expect(chat!.messages).toMatchObject([{ content: 'Finally', parentExternalId: null }]);
  });

  test('a conversation whose answer has 100,000 parts becomes two messages', async () => {
    const mapping: Record<string, unknown> = { p0: chatgptNode('p0', null, 'user', 'Go') };
    for (let at = 1; at <= 100_000; at++) {
      mapping[`p${at}`] = chatgptNode(`p${at}`, `p${at - 1}`, 'assistant', 'a');
    }
    const { chat } = await readBetweenGood(
      JSON.stringify(chatgptConversation([], { title: 'Parts', mapping })),
    );
    expect(chat!.messages).toHaveLength(2);
    expect(chat!.messages[1]!.content).toHaveLength(3 * 100_000 - 2);
  });

  test('a conversation is refused if a message exceeds the length limit', async () => {
    const history = openWebuiHistory([
      openWebuiMessage('q', null, { content: 'x'.repeat(limits.answerContent + 1) }),
    ]);
    expect(await reasonOf(JSON.stringify(openWebuiChat({ title: 'Wide' }, history)))).toContain(
      'longer than 1,000,000',
    );
  });

  test('a conversation cannot access prototypes through special keys', async () => {
    const text = `{
      "id": "p", "title": "Names", "__proto__": { "archived": true, "polluted": 1 },
      "constructor": { "prototype": { "polluted": 1 } },
      "chat": { "history": { "currentId": "constructor", "messages": {
        "__proto__": { "role": "user", "content": "One", "parentId": null, "childrenIds": ["constructor"] },
        "constructor": { "role": "assistant", "content": "Two", "parentId": "__proto__" },
        "toString": { "role": "user", "content": "Three", "parentId": "hasOwnProperty" }
      } } } }`;
    const { chat } = await readBetweenGood(text);
    expect(chat).toMatchObject({ archived: false, activeExternalId: 'constructor' });
    expect(chat!.messages.map(({ content, parentExternalId }) => [content, parentExternalId])).toEqual([
      ['One', null],
      ['Three', null],
      ['Two', '__proto__'],
    ]);
    expect({}).not.toHaveProperty('polluted');
  });

  test('a conversation loses NUL and lone surrogates, which databases reject', async () => {
    const history = openWebuiHistory([
      openWebuiMessage('q', null, { content: 'a\u0000b\ud800c', models: 5 }),
    ]);
    const chat = openWebuiChat({ title: 'Odd\u0000 \udfff', id: 'x\u0000y' }, history);
    const read = await readBetweenGood(JSON.stringify(chat));
    expect(read.chat).toMatchObject({
      title: 'Odd \ufffd',
      externalId: 'xy',
      messages: [{ content: 'ab\ufffdc' }],
    });
  });

  test('a huge title is shortened between characters', async () => {
    const { chat } = await readBetweenGood(JSON.stringify(openWebuiChat({ title: `x${'👍'.repeat(1e6)}` })));
    expect(chat!.title).toBe(`x${'👍'.repeat(149)}`);
  });

  test('a conversation is imported or refused, but never fails, with wrong types in any field', async () => {
    const wrong = [null, true, 0, -1, 1e308, '', 'x', [], [[]], [null], {}, { a: 1 }];
    for (const value of wrong) {
      const fields = ['id', 'title', 'chat', 'created_at', 'updated_at', 'archived', 'pinned', 'meta'];
      for (const field of fields)
        await readBetweenGood(JSON.stringify(openWebuiChat({ [field]: value, title: 't' })));
      const message = Object.fromEntries(
        ['parentId', 'childrenIds', 'content', 'timestamp', 'model', 'files', 'output'].map((key) => [
          key,
          value,
        ]),
      );
      const history = openWebuiHistory([openWebuiMessage('q', null, { ...message, role: 'assistant' })]);
      const { chat } = await readBetweenGood(JSON.stringify(openWebuiChat({ title: 'Wrong' }, history)));
      expect(chat!.messages).toHaveLength(1);
      for (const role of ['user', 'assistant', 'tool']) {
        const shape = {
          content: value,
          metadata: value,
          create_time: value,
          weight: value,
          recipient: value,
        };
        const mapping = {
          a: { parent: value, children: value, message: { author: { role }, ...shape } },
          b: value,
        };
        await readBetweenGood(JSON.stringify(chatgptConversation([], { title: 'Wrong', mapping })));
      }
    }
  });
});

describe('dates', () => {
  const dated = async (created: unknown, timestamp: unknown = exportedAt) => {
    const history = openWebuiHistory([openWebuiMessage('q', null, { timestamp })]);
    const { chats } = await read(
      JSON.stringify([openWebuiChat({ created_at: created, updated_at: null }, history)]),
    );
    return chats[0]!;
  };

  test.each([
    ['seconds', exportedAt],
    ['milliseconds', exportedAt * 1e3],
    ['microseconds', exportedAt * 1e6],
    ['nanoseconds', exportedAt * 1e9],
    ['seconds as text', String(exportedAt)],
    ['ISO 8601', new Date(exportedAt * 1e3).toISOString()],
  ])('a date in %s is read', async (_what, value) => {
    expect((await dated(value)).createdAt).toBe(exportedAt * 1e3);
  });

  test.each([
    ['missing', null],
    ['invalid', 'yesterday'],
    ['negative', -5],
    ['zero', 0],
    ['in the year 300000', 9_404_942_688_000],
    ['beyond all dates', 1e308],
    ['a list', [1]],
  ])('a date that is %s is replaced by the date of the first message', async (_what, value) => {
    expect((await dated(value)).createdAt).toBe(exportedAt * 1e3);
  });

  test('a conversation without a date gets the date of the import', async () => {
    expect(await dated(null, null)).toMatchObject({
      createdAt: now,
      updatedAt: now,
      messages: [{ createdAt: now }],
    });
  });

  test('the date of an answer is never before that of its question', async () => {
    const history = openWebuiHistory([
      openWebuiMessage('q', null, { timestamp: exportedAt + 100 }),
      openWebuiMessage('a', 'q', { role: 'assistant', timestamp: exportedAt }),
      openWebuiMessage('next', 'a', { timestamp: null }),
    ]);
    const { chats } = await read(JSON.stringify([openWebuiChat({}, history)]));
    expect(chats[0]!.messages.map(({ createdAt }) => createdAt)).toEqual(
      Array(3).fill((exportedAt + 100) * 1e3),
    );
  });
});

describe('files of many empty values', () => {
  test('a file of many empty values is read up to the maximum number of chats', async () => {
    const { failures } = await read(`[${'0,'.repeat(5_000)}0]`, { conversations: 1_000 });
    expect(failures).toHaveLength(1_001);
    expect(failures.at(-1)).toEqual({
      title: 'export.json',
      reason: 'It has more than 1,000 chats. The others were not imported.',
    });
  });
});
