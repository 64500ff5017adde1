import { afterAll, beforeAll, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { limits } from '#shared/limits';
import type { SessionInfo } from '#shared/auth';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { openWebuiChat, openWebuiHistory, openWebuiMessage } from '../support/imports/conversations.ts';
import { ask } from '../support/modelFixture.ts';
import type { Person } from '../support/person.ts';

onSeveralNodes('behind nginx', () => {
  let cluster: TestCluster;
  let ann: Person;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    ann = cluster.stranger(cluster.url);
    await ann.signUp('Ann');
  });
  afterAll(() => cluster?.end());

  test('the app and the health checks are served', async () => {
    const page = await supertest(cluster.url).get('/').expect(200);
    expect(page.text).toContain('<html');
    await supertest(cluster.url).get('/readyz').expect(200);
  });

  test.each(['websocket', 'polling'] as const)('answers arrive over %s', async (transport) => {
    // Several sockets, so that both nodes serve some of them.
    for (let i = 0; i < 4; i++) {
      const tab = await ann.connect({ transport });
      const { id } = (await ann.post('/chats', {}).expect(201)).body as { id: string };
      await tab.request('chat:watch', { chatId: id });
      const { messageId } = await ask(ann, 'How do magnets work?', id);
      const { message } = await tab.waitFor(
        'message:updated',
        ({ message }) => message.id === messageId && message.status === 'complete',
      );
      expect(message.content).toBe('Hello from the test model.');
      tab.close();
    }
  });

  test('a socket of another origin is refused', async () => {
    await expect(ann.connect({ origin: 'https://elsewhere.example' })).rejects.toThrow();
    const tab = await ann.connect({ origin: cluster.url });
    tab.close();
  });

  test('links carry the public address, and the client address cannot be forged', async () => {
    const link = await cluster.share(ann);
    expect(link.url).toBe(`${cluster.url}/s/${link.id}`);
    const traveller = cluster.stranger(cluster.url);
    const body = { email: ann.user.email, password: 'correct horse battery' };
    await traveller.post('/auth/sign-in', body).set('X-Forwarded-For', '203.0.113.9').expect(200);
    const { items } = (await traveller.get('/me/sessions').expect(200)).body as { items: SessionInfo[] };
    expect(items.find(({ current }) => current)!.address).toMatch(/127\.0\.0\.1$/);
  });

  test('the longest question and a large import pass', async () => {
    const content = '😀'.repeat(limits.messageContent / 2);
    await ask(ann, content);
    const chat = openWebuiChat(
      {},
      openWebuiHistory([openWebuiMessage('q1', null, { content: 'x'.repeat(100_000) })]),
    );
    const chats = Array.from({ length: 50 }, (_, i) => ({ ...chat, id: `long-${i}` }));
    const imported = await ann.post('/imports', chats).expect(200);
    expect(imported.body).toMatchObject({ imported: chats.length });
  });
});
