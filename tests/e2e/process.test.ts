import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ChatWithBranch } from '#shared/chats';
import type { SharedLink } from '#shared/sharing';
import supertest from 'supertest';
import { Person } from '../support/person.ts';
import { RawConnection } from '../support/rawConnection.ts';
import {
  freePort,
  spawnServer,
  startServer,
  whenBuilt,
  type ServerProcess,
} from '../support/serverProcess.ts';
import { chunksOf, startModelServer, type ModelServer } from '../support/modelServer.ts';

/** Milliseconds a client takes to send the rest of its request. */
const slowClientMs = 800;

whenBuilt('the server process', () => {
  let folder: string;
  let port: number;
  let models: ModelServer;
  let server: ServerProcess;

  const start = async (env: Record<string, string> = {}, limits: { maxFileKb?: number } = {}) => {
    const model = { OPENAI_API_BASE_URL: models.url, OPENAI_API_KEY: 'none' };
    server = await startServer({ PORT: String(port), DATA_DIR: folder, ...model, ...env }, limits);
  };

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'parley-process-'));
    port = await freePort();
    models = await startModelServer();
    await start();
  });
  afterEach(async () => {
    await server.stop('SIGKILL');
    await models.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A person with an empty chat and a socket that watches it. */
  const personWithChat = async () => {
    const url = `http://127.0.0.1:${port}`;
    const ann = new Person(url, supertest.agent(url));
    await ann.signUp('Ann');
    const { id } = (await ann.post('/chats', {}).expect(201)).body as { id: string };
    const socket = await ann.connect();
    await socket.request('chat:watch', { chatId: id });
    return { ann, id, socket };
  };

  test('loses nothing it acknowledged when it is killed during an answer', async () => {
    const { ann, id, socket } = await personWithChat();
    models.reply = { chunks: chunksOf('A first, whole answer.') };
    await ann.post(`/chats/${id}/messages`, { content: 'First' }).expect(201);
    await socket.waitFor(
      'message:updated',
      ({ message }) => message.status === 'complete' && message.role === 'assistant',
    );
    const link = (await ann.put(`/chats/${id}/share`, {}).expect(201)).body as SharedLink;
    models.reply = { chunks: chunksOf('A second answer that will not end.'), pauseAfter: 4 };
    await ann.post(`/chats/${id}/messages`, { content: 'Second' }).expect(201);
    await socket.waitFor('message:delta', ({ text }) => text.includes('second'));
    socket.close();

    await server.stop('SIGKILL');
    await start();

    const chat = (await ann.get(`/chats/${id}`).expect(200)).body as ChatWithBranch;
    expect(chat.messages.map(({ content, status }) => [content, status]).slice(0, 3)).toEqual([
      ['First', 'complete'],
      ['A first, whole answer.', 'complete'],
      ['Second', 'complete'],
    ]);
    expect(chat.messages[3]!.status).toBe('interrupted');
    const shared = await ann.get(`/shared/${link.id}`).expect(200);
    expect((shared.body as { messages: unknown[] }).messages).toHaveLength(2);
  });

  test('stops cleanly on SIGTERM during an answer, and keeps the text it has', async () => {
    const { ann, id, socket } = await personWithChat();
    models.reply = { chunks: chunksOf('Some words that came and more.'), pauseAfter: 5 };
    await ann.post(`/chats/${id}/messages`, { content: 'Go' }).expect(201);
    await socket.waitFor('message:delta', ({ text, offset }) => offset > 0 || text.includes('words'));
    expect(await server.stop('SIGTERM')).toBe(0);
    await socket.waitUntilClosed();
    expect(socket.payloads('session:ended')).toEqual([{ reason: 'server_stopping' }]);

    await start();
    const chat = (await ann.get(`/chats/${id}`).expect(200)).body as ChatWithBranch;
    expect(chat.messages[1]).toMatchObject({ status: 'interrupted' });
    expect(chat.messages[1]!.content).toMatch(/^Some words/);
  });

  test('serves the requests that it has begun when it is stopped, also those of slow clients', async () => {
    const raw = await RawConnection.open(server.url);
    const body = '{"email":1}';
    raw.request(
      'POST /api/v1/auth/sign-in',
      { 'Content-Type': 'application/json', 'Content-Length': body.length },
      body.slice(0, 1),
    );
    // Served after it, so that it has arrived.
    await supertest(server.url).get('/healthz').expect(200);
    const stopped = server.stop('SIGTERM');
    await sleep(slowClientMs);
    raw.write(body.slice(1));
    expect(await raw.waitFor(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400 /);
    raw.destroy();
    expect(await stopped).toBe(0);
  });

  test('stops within five seconds whatever strangers have left open, and keeps the text of answers', async () => {
    const { ann, id, socket } = await personWithChat();
    models.reply = { chunks: chunksOf('Some words that came and more.'), pauseAfter: 5 };
    await ann.post(`/chats/${id}/messages`, { content: 'Go' }).expect(201);
    await socket.waitFor('message:delta', ({ text, offset }) => offset > 0 || text.includes('words'));
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': 13 };
    const key = { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    const json = { 'Content-Type': 'application/json' };
    const leftOpen: ((raw: RawConnection) => unknown)[] = [
      () => undefined,
      (raw) => raw.write('GET / HTTP/1.1\r\nHost: x\r\n'),
      (raw) => raw.request('POST /api/v1/auth/sign-in', { ...json, 'Content-Length': 500 }, '{'),
      (raw) => raw.request('POST /api/v1/nothing', { ...json, 'Content-Length': 1_400_000 }, '{'),
      (raw) =>
        raw.request('POST /api/v1/imports', { ...json, Cookie: ann.cookie(), 'Content-Length': 9_000 }, '['),
      (raw) =>
        raw.request('POST /api/v1/chats', { ...json, Cookie: ann.cookie(), 'Content-Length': 9_000 }, '{'),
      (raw) => raw.request('GET /healthz'),
      (raw) => (raw.request('GET /healthz'), raw.endWriting()),
      (raw) => raw.request('GET /socket.io/?EIO=4&transport=websocket', { ...upgrade, ...key }),
      (raw) => raw.request('GET /other', { ...upgrade, ...key }),
      (raw) => raw.request('GET /socket.io/?EIO=4&transport=polling'),
    ];
    const connections = await Promise.all(
      leftOpen.flatMap((leave) =>
        Array.from({ length: 5 }, async () => {
          const raw = await RawConnection.open(`http://127.0.0.1:${port}`);
          leave(raw);
          return raw;
        }),
      ),
    );
    // Served after them, so that they have arrived.
    await ann.get('/me').expect(200);
    const began = Date.now();
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
    for (const raw of connections) raw.destroy();

    await start();
    const chat = (await ann.get(`/chats/${id}`).expect(200)).body as ChatWithBranch;
    expect(chat.messages[1]).toMatchObject({ status: 'interrupted' });
    expect(chat.messages[1]!.content).toMatch(/^Some words/);
  });

  test('stops cleanly while nothing can be written to the disk', async () => {
    await server.stop('SIGKILL');
    await start({ LOG_LEVEL: 'silent' }, { maxFileKb: 1_000 });
    const { ann, id, socket } = await personWithChat();
    models.reply = { chunks: chunksOf('Some words that came and more.'), pauseAfter: 5 };
    await ann.post(`/chats/${id}/messages`, { content: 'Go' }).expect(201);
    await socket.waitFor('message:delta', ({ text, offset }) => offset > 0 || text.includes('words'));
    const statuses = new Set<number>();
    for (let i = 0; i < 100 && !statuses.has(507); i++) {
      const settings = { systemPrompt: `${i} `.repeat(16_000) };
      statuses.add((await ann.patch(`/chats/${id}`, { settings })).status);
    }
    expect([...statuses]).toEqual([200, 507]);
    const began = Date.now();
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
    await socket.waitUntilClosed();
  });

  test('holds no memory for bodies that strangers announce and do not finish', async () => {
    const residentMb = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))![1]) / 1_000;
    const before = residentMb();
    const piece = `{"title":"${'x'.repeat(1_400_000)}`;
    const paths = ['/api/v1/auth/sign-in', '/api/v1/chats', '/nothing'];
    const connections = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const raw = await RawConnection.open(`http://127.0.0.1:${port}`);
        const headers = { 'Content-Type': 'application/json', 'Content-Length': 1_500_000 };
        raw.request(`POST ${paths[i % paths.length]}`, headers, piece);
        return raw;
      }),
    );
    await Promise.all(connections.map((raw) => raw.waitFor(/^HTTP\/1\.1 4/)));
    expect(residentMb() - before).toBeLessThan(100);
    for (const raw of connections) raw.destroy();
  });

  test('reports a port that is already in use', async () => {
    const second = spawnServer({ PORT: String(port), DATA_DIR: `${folder}/other` });
    expect([await second.exited, second.errors()]).toEqual([
      1,
      expect.stringContaining(`Port ${port} is in use.`),
    ]);
  });
});
