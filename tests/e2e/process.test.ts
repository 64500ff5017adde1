import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ChatWithBranch } from '#shared/chats';
import type { SharedLink } from '#shared/sharing';
import supertest from 'supertest';
import { Person } from '../support/person.ts';
import {
  freePort,
  spawnServer,
  startServer,
  whenBuilt,
  type ServerProcess,
} from '../support/serverProcess.ts';
import { chunksOf, startModelServer, type ModelServer } from '../support/modelServer.ts';

whenBuilt('the server process', () => {
  let folder: string;
  let port: number;
  let models: ModelServer;
  let server: ServerProcess;

  const start = async () => {
    server = await startServer({
      PORT: String(port),
      DATA_DIR: folder,
      OPENAI_API_BASE_URL: models.url,
      OPENAI_API_KEY: 'none',
    });
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

  test('reports a port that is already in use', async () => {
    const second = spawnServer({ PORT: String(port), DATA_DIR: `${folder}/other` });
    expect([await second.exited, second.errors()]).toEqual([
      1,
      expect.stringContaining(`Port ${port} is in use.`),
    ]);
  });
});
