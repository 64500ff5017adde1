import { describe, expect, test } from '@jest/globals';
import { chatgptConversation, chatgptExchange, openWebuiChat } from '../../support/imports/conversations.ts';
import { read } from '../../support/imports/reading.ts';

const titles = ({ chats }: { chats: { title: string }[] }) => chats.map(({ title }) => title);
const list = (...chats: unknown[]) => JSON.stringify(chats);
const named = (title: string) => openWebuiChat({ title });

describe('a file that is no export', () => {
  test.each([
    ['nothing', '', 'The file is empty.'],
    ['only spaces', ' \n\t ', 'This is not a JSON file.'],
    ['words', 'Dear diary', 'This is not a JSON file.'],
    ['a number', '42', 'This is not a JSON file.'],
    ['a page', '<!doctype html><html>', 'This is not a JSON file.'],
    ['bytes', Uint8Array.from([0, 255, 254, 1, 2, 3]), 'This is not a JSON file.'],
    ['half a bracket', '[', 'The file is cut off'],
    ['commas', '[,,]', 'The file is damaged at byte 1.'],
    ['a wrong bracket', '[}', 'The file is damaged at byte 1.'],
  ])('with %s in it is refused with its reason', async (_what, content, reason) => {
    await expect(read(content)).rejects.toThrow(reason);
  });
});

describe('a JSON file', () => {
  test('with an empty list holds nothing', async () => {
    expect(await read('[]')).toEqual({ total: 0, chats: [], failures: [] });
  });

  test('with one object is one conversation', async () => {
    const result = await read(JSON.stringify(named('Alone'), null, 2));
    expect(titles(result)).toEqual(['Alone']);
    expect(result.total).toBe(1);
  });

  test('may begin with a byte order mark and be spaced out', async () => {
    const result = await read(
      `\ufeff \n[ \r\n ${JSON.stringify(named('One'))} \t , ${JSON.stringify(named('Two'))} ] \n`,
    );
    expect(titles(result)).toEqual(['One', 'Two']);
  });

  test('may mix the formats that are known', async () => {
    const result = await read(list(named('Trees'), chatgptConversation(chatgptExchange())));
    expect(result.chats.map(({ source }) => source)).toEqual(['openwebui', 'chatgpt']);
  });

  test('names each conversation that cannot come in, and the others come in', async () => {
    const result = await read(
      list(
        named('Before'),
        { title: 'Unknown', words: [] },
        null,
        7,
        'x',
        [],
        openWebuiChat({ chat: 5 }),
        named('After'),
      ),
    );
    expect(titles(result)).toEqual(['Before', 'After']);
    expect(result.total).toBe(8);
    expect(result.failures.map(({ title }) => title)).toEqual([
      'Unknown',
      'Conversation 3',
      'Conversation 4',
      'Conversation 5',
      'Conversation 6',
      'Trees',
    ]);
  });

  test('says of a ChatGPT conversation without messages why it stays out, even when it comes first', async () => {
    const empty = { title: 'Only a title', conversation_id: 'x', create_time: 1 };
    const { failures, chats } = await read(list(empty, chatgptConversation(chatgptExchange())));
    expect(chats).toHaveLength(1);
    expect(failures).toEqual([
      { title: 'Only a title', reason: 'It has no messages: the file gives only its title.' },
    ]);
  });

  test('says that nothing in it is of a known format', async () => {
    const { failures } = await read('[{"name":"Someone"}]');
    expect(failures).toEqual([{ title: 'Someone', reason: 'It is in no format that can be read here.' }]);
  });

  test('that is cut off in a conversation gives what came before, and names the one that was cut', async () => {
    const whole = list(named('First'), named('Second'), named('Third'));
    const result = await read(whole.slice(0, whole.indexOf('"Third"') + 30));
    expect(titles(result)).toEqual(['First', 'Second']);
    expect(result.failures).toEqual([
      { title: 'Third', reason: 'The file ends in the middle of it. Download the file again.' },
    ]);
  });

  test('that is cut off between conversations says so', async () => {
    const result = await read(list(named('First'), named('Second')).slice(0, -1));
    expect(titles(result)).toEqual(['First', 'Second']);
    expect(result.failures).toMatchObject([
      { title: 'export.json', reason: expect.stringContaining('cut off') },
    ]);
  });

  test('gives every whole conversation, wherever it is cut', async () => {
    const whole = list(named('First'), named('Second'));
    const secondStarts = list(named('First')).length;
    for (let end = secondStarts; end < whole.length; end += 7) {
      const { chats, failures } = await read(whole.slice(0, end));
      expect([end, chats.length, failures.length]).toEqual([end, end === whole.length - 1 ? 2 : 1, 1]);
    }
  });

  test('with a broken conversation gives the others', async () => {
    const result = await read(
      `[${JSON.stringify(named('First'))},{"title":"Broken",,},${JSON.stringify(named('Last'))}]`,
    );
    expect(titles(result)).toEqual(['First', 'Last']);
    expect(result.failures).toEqual([{ title: 'Conversation 2', reason: 'It is not valid JSON.' }]);
  });

  test('with something behind its end gives what came before', async () => {
    const result = await read(`${list(named('First'))} and more`);
    expect(titles(result)).toEqual(['First']);
    expect(result.failures).toMatchObject([
      { title: 'export.json', reason: expect.stringContaining('damaged') },
    ]);
  });

  test('may hold the numbers that are none, as Python writes them', async () => {
    const text = JSON.stringify(openWebuiChat({ title: 'It is "NaN\\" to me', created_at: '@' }));
    const { chats, failures } = await read(
      `[${text.replace('"@"', 'NaN').replace('"timestamp":0', '"timestamp":-Infinity')}]`,
    );
    expect(failures).toEqual([]);
    expect(chats[0]!.title).toBe('It is "NaN\\" to me');
  });

  test('keeps letters of every script whole', async () => {
    const title = 'Grüße, 世界, Ελλάδα, 👩‍👩‍👧 \u2028';
    // Long enough that letters fall on the borders of what is read at once.
    const chats = Array.from({ length: 3_000 }, () => named(title));
    const result = await read(list(...chats));
    expect(new Set(titles(result))).toEqual(new Set([title.trim()]));
    expect(result.chats).toHaveLength(3_000);
  });
});
