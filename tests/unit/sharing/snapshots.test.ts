import { describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { SnapshotMessage } from '#shared/sharing';
import type { MessageRow } from '../../../server/src/features/messages/messages.queries.ts';
import {
  idInLink,
  pack,
  serialise,
  snapshotOf,
  unpackMessages,
} from '../../../server/src/features/sharing/sharing.snapshot.ts';

const row = (more: Partial<MessageRow> = {}): MessageRow => ({
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
  edited: false,
  idempotencyKey: 'idempotency-key',
  createdAt: Date.UTC(2025, 0, 2, 3, 4, 5),
  ...more,
});

describe('a snapshot', () => {
  test('names every field it shows, and shows nothing else', () => {
    expect(snapshotOf('link', [row()])).toEqual([
      {
        id: idInLink('link', 'm1'),
        role: 'assistant',
        content: 'Forty-two.',
        model: 'deep-thought',
        createdAt: '2025-01-02T03:04:05.000Z',
      },
    ]);
    const all = { reasoning: 'Hm.', reasoningMs: 1_200, edited: true };
    const [message] = snapshotOf('link', [row(all)]);
    expect(message).toMatchObject({ reasoning: 'Hm.', reasoningMs: 1_200, edited: true });
    expect(SnapshotMessage.strict().parse(message)).toEqual(message);
  });

  test('holds no id of the chat, of its messages or of their parents', () => {
    const text = JSON.stringify(snapshotOf('link', [row({ error: 'the key was refused' })]));
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
    ['still being written', row({ status: 'streaming', content: 'Half of' })],
  ])('leaves out a message that is %s', (_what, message) => {
    expect(snapshotOf('link', [message])).toEqual([]);
  });

  test.each(['complete', 'stopped', 'interrupted'] as const)('keeps what came of a %s answer', (status) => {
    expect(snapshotOf('link', [row({ status })])).toHaveLength(1);
  });

  test('gives a message one id within a link, and another one in another link', () => {
    expect(idInLink('a', 'm1')).toBe(idInLink('a', 'm1'));
    expect(idInLink('a', 'm1')).not.toBe(idInLink('a', 'm2'));
    expect(idInLink('a', 'm1')).not.toBe(idInLink('b', 'm1'));
    expect(idInLink('a', 'm1')).toMatch(/^[\w-]{16}$/);
  });
});

describe('serialising', () => {
  test('makes the JSON of the messages, whatever their size, and comes back from its compressed form', async () => {
    const messages = snapshotOf(
      'link',
      Array.from({ length: 40 }, (_, i) => row({ id: `m${i}`, content: `${i} "ü" 🦊\n`.repeat(5_000) })),
    );
    const { json, messageCount } = await serialise(messages);
    expect(json).toBe(JSON.stringify(messages));
    expect(messageCount).toBe(40);
    const packed = await pack(json);
    expect(packed.length).toBeLessThan(json.length / 10);
    expect(await unpackMessages(packed)).toEqual(messages);
  });

  test('tells equal from different by the hash', async () => {
    const hash = async (content: string) => (await serialise(snapshotOf('link', [row({ content })]))).hash;
    expect(await hash('a')).toBe(await hash('a'));
    expect(await hash('a')).not.toBe(await hash('b'));
    expect((await serialise([])).json).toBe('[]');
  });

  test('refuses a snapshot that is too large', async () => {
    const messages = snapshotOf('link', [
      row({ content: 'x'.repeat(limits.snapshotChars / 2) }),
      row({ id: 'm2', content: 'x'.repeat(limits.snapshotChars / 2) }),
    ]);
    await expect(serialise(messages)).rejects.toMatchObject({ kind: 'refused', code: 'snapshot_too_large' });
  });

  test('gives others their turn while it works on a large one', async () => {
    const messages = snapshotOf(
      'link',
      Array.from({ length: 20 }, (_, i) => row({ id: `m${i}`, content: 'x'.repeat(500_000) })),
    );
    let turns = 0;
    let working = true;
    const count = () => {
      turns++;
      if (working) setImmediate(count);
    };
    setImmediate(count);
    await serialise(messages);
    working = false;
    expect(turns).toBeGreaterThan(10);
  });
});
