import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { read, zip } from '../../support/imports/reading.ts';
import { missingDataHint, testDataFolder } from '../../support/testData.ts';

/** Contains 100 real conversations in both export formats. */
const folder = testDataFolder('conversations');
const describeWithData = folder ? describe : describe.skip;

interface Node {
  parentId?: string | null;
  parent?: string | null;
  content: unknown;
}

describeWithData(folder ? 'real conversations' : `real conversations (${missingDataHint})`, () => {
  const load = (name: string) => readFile(path.join(folder!, name), 'utf8');
  /** Parent id and content of every message, by id. */
  const trees = (
    chats: { messages: { externalId: string; parentExternalId: string | null; content: string }[] }[],
  ) =>
    chats.map(({ messages }) =>
      Object.fromEntries(messages.map((m) => [m.externalId, [m.parentExternalId, m.content]])),
    );

  test('all conversations of an Open WebUI export are imported', async () => {
    const text = await load('openwebui-export.json');
    const { chats, failures } = await read(text);
    const original = JSON.parse(text) as {
      chat: { history: { currentId: string; messages: Record<string, Node> } };
    }[];
    const expected = original.map(({ chat }) =>
      Object.fromEntries(
        Object.entries(chat.history.messages).map(([id, m]) => [id, [m.parentId, m.content]]),
      ),
    );
    expect(failures).toEqual([]);
    expect(trees(chats)).toEqual(expected);
    expect(chats.map((chat) => chat.activeExternalId)).toEqual(
      original.map(({ chat }) => chat.history.currentId),
    );
    expect(chats.flatMap(({ messages }) => messages)).toHaveLength(1_167);
  });

  test('a ChatGPT export becomes the same trees as the same conversations from Open WebUI', async () => {
    const { chats, failures } = await read(await load('chatgpt-conversations.json'));
    const openWebui = await read(await load('openwebui-export.json'));
    expect(failures).toEqual([]);
    expect(trees(chats)).toEqual(trees(openWebui.chats));
    expect(chats.filter(({ archived }) => archived)).toHaveLength(
      openWebui.chats.filter(({ archived }) => archived).length,
    );
  });

  test('several files in a ZIP are read like one file', async () => {
    const text = await load('chatgpt-conversations.json');
    const all = JSON.parse(text) as unknown[];
    const archive = zip({
      'conversations-000.json': all.slice(0, 60),
      'conversations-001.json': all.slice(60),
      'export_manifest.json': {
        logical_files: {
          'conversations.json': { files: ['conversations-000.json', 'conversations-001.json'] },
        },
      },
    });
    expect(await read(archive)).toEqual(await read(text));
  });
});
