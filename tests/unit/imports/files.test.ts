import { describe, expect, test } from '@jest/globals';
import { chatgptConversation, chatgptExchange, openWebuiChat } from '../../support/imports/conversations.ts';
import { read } from '../../support/imports/reading.ts';

const titles = ({ chats }: { chats: { title: string }[] }) => chats.map(({ title }) => title);
const list = (...chats: unknown[]) => JSON.stringify(chats);
const named = (title: string) => openWebuiChat({ title });

describe('files that are not exports', () => {
  test.each([
    ['nothing', '', 'The file is empty.'],
    ['only spaces', ' \n\t ', 'This is not a JSON file.'],
    ['words', 'Dear diary', 'This is not a JSON file.'],
    ['a number', '42', 'This is not a JSON file.'],
    ['a page', '<!doctype html><html>', 'This is not a JSON file.'],
    ['bytes', Uint8Array.from([0, 255, 254, 1, 2, 3]), 'This is not a JSON file.'],
    ['only an open bracket', '[', 'The file is incomplete'],
    ['commas', '[,,]', 'The file is damaged at byte 1.'],
    ['a wrong bracket', '[}', 'The file is damaged at byte 1.'],
  ])('a file that contains %s is refused with a reason', async (_what, content, reason) => {
    await expect(read(content)).rejects.toThrow(reason);
  });
});

describe('JSON files', () => {
  test('a JSON file with an empty list contains no chats', async () => {
    expect(await read('[]')).toEqual({ total: 0, chats: [], failures: [] });
  });

  test('a JSON file with one object contains one chat', async () => {
    const result = await read(JSON.stringify(named('Alone'), null, 2));
    expect(titles(result)).toEqual(['Alone']);
    expect(result.total).toBe(1);
  });

  test('a JSON file may begin with a byte order mark and contain whitespace', async () => {
    const result = await read(
      `\ufeff \n[ \r\n ${JSON.stringify(named('One'))} \t , ${JSON.stringify(named('Two'))} ] \n`,
    );
    expect(titles(result)).toEqual(['One', 'Two']);
  });

  test('a JSON file may mix formats', async () => {
    const result = await read(list(named('Trees'), chatgptConversation(chatgptExchange())));
    expect(result.chats.map(({ source }) => source)).toEqual(['openwebui', 'chatgpt']);
  });

  test('a JSON file is imported except for invalid conversations, which are listed', async () => {
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
      'Chat 3',
      'Chat 4',
      'Chat 5',
      'Chat 6',
      'Trees',
    ]);
  });

  test('a JSON file reports a ChatGPT conversation without messages, even at the start of the file', async () => {
    const empty = { title: 'Only a title', conversation_id: 'x', create_time: 1 };
    const { failures, chats } = await read(list(empty, chatgptConversation(chatgptExchange())));
    expect(chats).toHaveLength(1);
    expect(failures).toEqual([
      { title: 'Only a title', reason: 'It has no messages: the file contains only its title.' },
    ]);
  });

  test('a JSON file reports an unknown format', async () => {
    const { failures } = await read('[{"name":"Someone"}]');
    expect(failures).toEqual([{ title: 'Someone', reason: 'Unknown format.' }]);
  });

  test('a JSON file that ends inside a conversation is imported up to there, and that conversation is listed', async () => {
    const whole = list(named('First'), named('Second'), named('Third'));
    const result = await read(whole.slice(0, whole.indexOf('"Third"') + 30));
    expect(titles(result)).toEqual(['First', 'Second']);
    expect(result.failures).toEqual([
      { title: 'Third', reason: 'The file ends in the middle of this chat. Download the file again.' },
    ]);
  });

  test('a JSON file that ends between conversations is reported as incomplete', async () => {
    const result = await read(list(named('First'), named('Second')).slice(0, -1));
    expect(titles(result)).toEqual(['First', 'Second']);
    expect(result.failures).toMatchObject([
      { title: 'export.json', reason: expect.stringContaining('incomplete') },
    ]);
  });

  test('a JSON file yields every complete conversation, wherever the file ends', async () => {
    const whole = list(named('First'), named('Second'));
    const secondStarts = list(named('First')).length;
    for (let end = secondStarts; end < whole.length; end += 7) {
      const { chats, failures } = await read(whole.slice(0, end));
      expect([end, chats.length, failures.length]).toEqual([end, end === whole.length - 1 ? 2 : 1, 1]);
    }
  });

  test('a JSON file with one invalid conversation yields the others', async () => {
    const result = await read(
      `[${JSON.stringify(named('First'))},{"title":"Broken",,},${JSON.stringify(named('Last'))}]`,
    );
    expect(titles(result)).toEqual(['First', 'Last']);
    expect(result.failures).toEqual([{ title: 'Chat 2', reason: 'It is not valid JSON.' }]);
  });

  test('a JSON file with text after its end yields the chats before it', async () => {
    const result = await read(`${list(named('First'))} and more`);
    expect(titles(result)).toEqual(['First']);
    expect(result.failures).toMatchObject([
      { title: 'export.json', reason: expect.stringContaining('damaged') },
    ]);
  });

  test('a JSON file may contain NaN and Infinity, as written by Python', async () => {
    const text = JSON.stringify(openWebuiChat({ title: 'It is "NaN\\" to me', created_at: '@' }));
    const { chats, failures } = await read(
      `[${text.replace('"@"', 'NaN').replace('"timestamp":0', '"timestamp":-Infinity')}]`,
    );
    expect(failures).toEqual([]);
    expect(chats[0]!.title).toBe('It is "NaN\\" to me');
  });

  test('a JSON file keeps characters of every script, also across chunks', async () => {
    const title = 'Grüße, 世界, Ελλάδα, 👩‍👩‍👧 \u2028';
    // Large enough that characters fall on the boundaries of chunks.
    const chats = Array.from({ length: 3_000 }, () => named(title));
    const result = await read(list(...chats));
    expect(new Set(titles(result))).toEqual(new Set([title.trim()]));
    expect(result.chats).toHaveLength(3_000);
  });
});
