import { describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { SnapshotMessage } from '#shared/sharing';
import type { MessageRow } from '../../../server/src/features/messages/messages.queries.ts';
import {
  idInLink,
  compressPieces,
  serialize,
  toSnapshot,
  decompressMessages,
} from '../../../server/src/features/sharing/snapshots.ts';

const row = (overrides: Partial<MessageRow> = {}): MessageRow => ({
  seq: 7,
  id: 'm1',
  chatId: 'chat-id',
  parentId: 'parent-id',
  role: 'assistant',
  content: 'Forty-two.',
  reasoning: null,
  reasoningMs: null,
  model: 'deep-thought',
  status: 'complete',
  error: null,
  writerId: null,
  edited: false,
  idempotencyKey: 'idempotency-key',
  createdAt: Date.UTC(2025, 0, 2, 3, 4, 5),
  ...overrides,
});

describe('snapshots', () => {
  test('a snapshot holds the listed fields and no others', () => {
    expect(toSnapshot('link', [row()], true)).toEqual([
      {
        id: idInLink('link', 'm1'),
        role: 'assistant',
        content: 'Forty-two.',
        model: 'deep-thought',
        createdAt: '2025-01-02T03:04:05.000Z',
      },
    ]);
    const optional = { reasoning: 'Hm.', reasoningMs: 1_200, edited: true };
    const [message] = toSnapshot('link', [row(optional)], true);
    expect(message).toMatchObject({ reasoning: 'Hm.', reasoningMs: 1_200, edited: true });
    expect(SnapshotMessage.strict().parse(message)).toEqual(message);
  });

  test('a snapshot includes reasoning only when asked to', () => {
    const [message] = toSnapshot('link', [row({ reasoning: 'A secret thought', reasoningMs: 1_200 })], false);
    expect(Object.keys(message!)).toEqual(['id', 'role', 'content', 'model', 'createdAt']);
  });

  test('a snapshot reveals no ids, errors or statuses of the chat and its messages', () => {
    const text = JSON.stringify(toSnapshot('link', [row({ error: 'the key was refused' })], true));
    for (const secret of [
      '"m1"',
      'chat-id',
      'parent-id',
      'idempotency-key',
      'the key was refused',
      'status',
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  test.each([
    ['failed', row({ status: 'failed', content: 'Half of' })],
    ['empty', row({ content: ' \n' })],
    ['still streaming', row({ status: 'streaming', content: 'Half of' })],
  ])('a snapshot leaves out a message that is %s', (_state, message) => {
    expect(toSnapshot('link', [message], true)).toEqual([]);
  });

  test.each(['complete', 'stopped', 'interrupted'] as const)('a snapshot keeps a %s answer', (status) => {
    expect(toSnapshot('link', [row({ status })], true)).toHaveLength(1);
  });

  test('a snapshot gives a message the same id within a link and a different one in another link', () => {
    expect(idInLink('a', 'm1')).toBe(idInLink('a', 'm1'));
    expect(idInLink('a', 'm1')).not.toBe(idInLink('a', 'm2'));
    expect(idInLink('a', 'm1')).not.toBe(idInLink('b', 'm1'));
    expect(idInLink('a', 'm1')).toMatch(/^[\w-]{16}$/);
  });
});

describe('serialized snapshots', () => {
  test('a serialized snapshot is the JSON of its messages and survives compression', async () => {
    const messages = toSnapshot(
      'link',
      Array.from({ length: 40 }, (_, i) => row({ id: `m${i}`, content: `${i} "ü" 🦊\n`.repeat(5_000) })),
      true,
    );
    const { pieces } = (await serialize(messages))!;
    const json = JSON.stringify(messages);
    expect(pieces.join('')).toBe(json);
    const compressed = await compressPieces(pieces);
    expect(compressed.length).toBeLessThan(json.length / 10);
    expect(await decompressMessages(compressed)).toEqual(messages);
  });

  test('a serialized snapshot has a hash that depends on its content only', async () => {
    const hash = async (content: string) =>
      (await serialize(toSnapshot('link', [row({ content })], true)))?.hash;
    expect(await hash('a')).toBe(await hash('a'));
    expect(await hash('a')).not.toBe(await hash('b'));
    expect(await serialize([])).toMatchObject({ pieces: ['[]'] });
  });

  test('a serialized snapshot is undefined when the messages are too large', async () => {
    const messages = toSnapshot(
      'link',
      [
        row({ content: 'x'.repeat(limits.snapshotChars / 2) }),
        row({ id: 'm2', content: 'x'.repeat(limits.snapshotChars / 2) }),
      ],
      true,
    );
    expect(await serialize(messages)).toBeUndefined();
  });

  test('messages are found in a snapshot whatever their texts look like', async () => {
    const texts = ['{"id":"', '},{"id":"x"}', '[{"id":"a"}]', '\\', '\\"', '{', ']', '}]', '"'];
    const messages = toSnapshot(
      'link',
      texts.map((content, i) => row({ id: `m${i}`, content, model: content, reasoning: content })),
      true,
    );
    expect(await decompressMessages(await compressPieces((await serialize(messages))!.pieces))).toEqual(
      messages,
    );
    expect(await decompressMessages(await compressPieces(['[]']))).toEqual([]);
  });

  test('building a large serialized snapshot yields to other work', async () => {
    const messages = toSnapshot(
      'link',
      Array.from({ length: 20 }, (_, i) => row({ id: `m${i}`, content: 'x'.repeat(500_000) })),
      true,
    );
    let turns = 0;
    let running = true;
    const count = () => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    await serialize(messages);
    running = false;
    expect(turns).toBeGreaterThan(10);
  });
});
