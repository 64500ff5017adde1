import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import type { Person } from '../../support/person.ts';

let app: TestApp;
let ann: Person;
let chatId: string;
beforeAll(async () => {
  app = await createTestApp({ limited: true, env: { DEFAULT_USER_ROLE: 'user' } });
  ann = await app.person('Ann');
  chatId = await new Conversations(app.platform).create(ann.user.id);
});
afterAll(() => app.end());

/** Sends requests one after the other until one is refused, and returns how many were not. */
async function countUntilRefused(send: () => PromiseLike<Response>, most: number): Promise<number> {
  for (let count = 0; count <= most; count++) {
    const response = await send();
    if (response.status !== 429) continue;
    expect(response.body).toMatchObject({ error: { code: 'rate_limited' } });
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    return count;
  }
  throw new Error(`None of ${most} requests was refused.`);
}

describe('rate limits', () => {
  test.each<[string, number, () => PromiseLike<Response>]>([
    ['new chats', 120, () => ann.post('/chats', {})],
    ['changes', 300, () => ann.patch(`/chats/${chatId}`, { title: 'New' })],
    ['previews', 60, () => ann.get(`/chats/${chatId}/share/preview`)],
    ['exports', 30, () => ann.get(`/chats/${chatId}/export?format=md`)],
  ])('%s are limited to %i a minute for one person', async (_what, limit, send) => {
    expect(await countUntilRefused(send, limit)).toBe(limit);
  });

  test('every limit is raised by RATE_LIMIT_FACTOR', async () => {
    const raised = await createTestApp({ limited: true, env: { RATE_LIMIT_FACTOR: '2' } });
    const admin = await raised.person('Admin');
    expect(await countUntilRefused(() => admin.get('/exports/chats'), 60)).toBe(60);
    await raised.end();
  });
});

describe('requests in flight', () => {
  test('searches of one person run two at a time, and all get their results', async () => {
    const responses = await Promise.all(Array.from({ length: 60 }, () => ann.get('/chats?query=words')));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('JSON bodies', () => {
  let bob: Person;
  beforeAll(async () => {
    bob = await app.person('Bob');
  });

  /** Sends a valid new chat with one more field, which no schema names. */
  const create = (more: string, type = 'application/json') =>
    bob.agent.post('/api/v1/chats').set('content-type', type).send(`{"title":"New","more":${more}}`);

  test.each([
    ['lists in lists', '['.repeat(300_000) + ']'.repeat(300_000)],
    ['objects in objects', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['many values', `[${'1,'.repeat(500_000)}1]`],
    ['many names', `{${Array.from({ length: 50_000 }, (_, i) => `"a${i}":1`).join(',')}}`],
  ])('a body of %s is refused before it is parsed', async (_what, more) => {
    const { body } = await create(more).expect(400);
    expect(body).toMatchObject({
      error: {
        code: 'invalid_request',
        message: 'The request has too many values, or is nested too deeply.',
      },
    });
  });

  test('brackets, quotes and backslashes in a text do not count', async () => {
    const systemPrompt = '[{"\\",:'.repeat(6_000);
    const { body } = await bob.post('/chats', { settings: { systemPrompt } }).expect(201);
    expect(body).toMatchObject({ settings: { systemPrompt } });
  });

  test('a body in another encoding than UTF-8 is refused, because it cannot be checked', async () => {
    await create('1', 'application/json; charset=utf-16').expect(415);
  });
});
