import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ImportResult } from '#shared/imports';
import { createTestApp, type TestApp } from '../../support/app.ts';
import {
  chatgptConversation,
  chatgptExchange,
  chatgptNode,
  openWebuiChat,
  openWebuiHistory,
  openWebuiMessage,
} from '../../support/imports/conversations.ts';
import { postHeaders, startUpload } from '../../support/imports/uploading.ts';
import { zip } from '../../support/imports/reading.ts';
import type { Person } from '../../support/person.ts';

let app: TestApp;
let ann: Person;
let bob: Person;
let names = 0;
beforeAll(async () => {
  app = await createTestApp();
  await app.person('Admin');
});
afterAll(() => app.end());
beforeEach(async () => {
  ann = await app.person(`Ann${++names}`);
  bob = await app.person(`Bob${names}`);
});

const importBody = (person: Person, body: unknown, type = 'application/json') =>
  person.agent
    .post('/api/v1/imports')
    .set('content-type', type)
    .send(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
const importForm = (person: Person, content: Uint8Array | string, name: string) =>
  person.agent.post('/api/v1/imports').attach('file', Buffer.from(content), name);
const importing = async (person: Person, body: unknown): Promise<ImportResult> =>
  (await importBody(person, body).expect(200)).body as ImportResult;

interface Listed {
  id: string;
  title: string;
  pinned: boolean;
}
const chatsOf = async (person: Person, query = ''): Promise<Listed[]> =>
  ((await person.get(`/chats?limit=100${query}`).expect(200)).body as { items: Listed[] }).items;
const onlyChat = async (person: Person) => {
  const [chat] = await chatsOf(person);
  return (await person.get(`/chats/${chat!.id}`).expect(200)).body;
};
const temporaryFiles = () => readdir(path.join(app.dataDir, 'tmp'));

describe('refusals', () => {
  test('an import is refused without a session, whatever its content', async () => {
    const response = await importBody(app.stranger(), 'x', 'text/plain').expect(401);
    expect(response.body.error.code).toBe('unauthenticated');
  });

  test('an import is refused while the account is waiting for approval', async () => {
    const pending = await app.person(`Pending${names}`, 'pending');
    const response = await importBody(pending, [openWebuiChat()]).expect(403);
    expect(response.body.error.code).toBe('pending');
  });

  test.each(['text/plain', 'text/html', 'application/x-www-form-urlencoded', 'image/png', 'application/xml'])(
    'an import is refused with the content type %s',
    async (type) => {
      const response = await importBody(ann, '[]', type).expect(415);
      expect(response.body.error.message).toContain('Send a JSON or ZIP file');
    },
  );

  test('an import is refused with a content encoding', async () => {
    const response = await importBody(ann, '[]').set('content-encoding', 'gzip').expect(415);
    expect(response.body.error.code).toBe('wrong_type');
  });

  test('an import is refused before it is sent if it announces more than the limit', async () => {
    const response = await postHeaders(app.url, ann.cookie(), {
      'content-type': 'application/json',
      'content-length': '3000000000',
    });
    expect(response).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } });
  });

  test('an import is refused with an invalid importId', async () => {
    const response = await ann.agent
      .post('/api/v1/imports?importId=a/b')
      .set('content-type', 'application/json')
      .send('[]');
    expect(response.status).toBe(400);
  });

  test('an import is refused as a form without a file, an end or a boundary', async () => {
    const bodies: [string, string][] = [
      [
        'multipart/form-data; boundary=x',
        '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
      ],
      [
        'multipart/form-data; boundary=x',
        '--x\r\ncontent-disposition: form-data; name="a"; filename="f"\r\n\r\n[{',
      ],
      ['multipart/form-data; boundary=x', 'nothing of the kind'],
      ['multipart/form-data', '[]'],
    ];
    for (const [type, body] of bodies) {
      const response = await importBody(ann, body, type).expect(400);
      expect(response.body.error.code).toBe('invalid_request');
    }
  });

  test.each([
    ['nothing', '', 'The file is empty.'],
    ['plain text', 'Dear diary', 'This is not a JSON file.'],
    ['half a ZIP', 'PK\u0003\u0004', 'The ZIP file is damaged'],
  ])('an import is refused with a reason if it contains %s', async (_what, body, reason) => {
    const response = await importBody(ann, body, 'application/octet-stream').expect(422);
    expect(response.body.error).toMatchObject({
      code: 'unreadable_import',
      message: expect.stringContaining(reason),
    });
  });

  test('an import is refused while another import of the same user is running, but not of another user', async () => {
    const first = startUpload(app.url, ann.cookie(), '[');
    await first.waitUntilArrived(temporaryFiles);
    const response = await importBody(ann, [openWebuiChat()]).expect(409);
    expect(response.body.error.code).toBe('import_running');
    expect(await importing(bob, [openWebuiChat()])).toMatchObject({ imported: 1 });
    expect(await first.finish(`${JSON.stringify(openWebuiChat())}]`)).toMatchObject({
      status: 200,
      body: { imported: 1 },
    });
    expect(await importing(ann, [openWebuiChat()])).toMatchObject({ imported: 1 });
  });

  test('an import is refused after too many in an hour', async () => {
    const limited = await createTestApp({ limited: true });
    const admin = await limited.person('Admin');
    const statuses: number[] = [];
    for (let at = 0; at < 61; at++) statuses.push((await importBody(admin, '[]')).status);
    await limited.end();
    expect(statuses).toEqual([...Array<number>(60).fill(200), 429]);
  });
});

describe('uploads', () => {
  test('an upload leaves no file behind, whatever its result', async () => {
    await importing(ann, [openWebuiChat()]);
    await importBody(ann, 'Dear diary').expect(422);
    await importBody(ann, 'x', 'multipart/form-data; boundary=x').expect(400);
    expect(await temporaryFiles()).toEqual([]);
  });

  test('an upload leaves no file behind if the user abandons it, and the user can import again', async () => {
    for (const form of [false, true]) {
      const upload = startUpload(app.url, ann.cookie(), '[{"title":"x', { form });
      await upload.waitUntilArrived(temporaryFiles);
      upload.abandon();
      await upload.waitUntilRemoved(temporaryFiles);
      expect(await importing(ann, [openWebuiChat()])).toMatchObject({ imported: 1 });
    }
  });

  test('an upload is removed at the next start if the server was killed', async () => {
    const first = await createTestApp();
    const left = path.join(first.dataDir, 'tmp', 'import-left');
    await writeFile(left, 'half');
    await first.close();
    const second = await createTestApp({ dataDir: first.dataDir });
    expect(await readdir(path.dirname(left))).toEqual([]);
    await second.end();
  });

  test('an upload does not keep the server from stopping while it is received', async () => {
    const stopping = await createTestApp();
    for (const form of [false, true]) {
      const user = await stopping.person(`User${form}`);
      const upload = startUpload(stopping.url, user.cookie(), '[', { form });
      await upload.waitUntilArrived(async () => {
        const files = await readdir(path.join(stopping.dataDir, 'tmp'));
        return form ? files.slice(1) : files;
      });
    }
    await stopping.end();
    expect(existsSync(stopping.dataDir)).toBe(false);
  });

  test('an upload is accepted as a form, as JSON or as bytes, and may be a ZIP file', async () => {
    const archive = Buffer.from(zip({ 'conversations.json': [chatgptConversation(chatgptExchange())] }));
    const results = [
      await importForm(ann, JSON.stringify([openWebuiChat()]), 'chats.json'),
      await importForm(
        ann,
        zip({ 'conversations.json': [chatgptConversation(chatgptExchange())] }),
        'export.zip',
      ),
      await importBody(ann, [openWebuiChat()], 'application/octet-stream'),
      await importBody(ann, archive, 'application/zip'),
      await importBody(ann, openWebuiChat(), 'application/json; charset=utf-8'),
    ];
    expect(results.map(({ body }) => (body as ImportResult).imported)).toEqual([1, 1, 1, 1, 1]);
    expect(await chatsOf(ann)).toHaveLength(5);
  });

  test('an archive of many small files is imported completely', async () => {
    const files = Array.from({ length: 150 }, (_, at) => [`chat ${at}.json`, openWebuiChat()] as const);
    const archive = Buffer.from(zip(Object.fromEntries(files)));
    const response = await importBody(ann, archive, 'application/zip').expect(200);
    expect(response.body).toEqual({ imported: 150, skipped: 0, failed: [] });
  });

  test('an upload may have several megabytes, more than other requests', async () => {
    const padding = 'x'.repeat(1_000);
    const chats = Array.from({ length: 3_000 }, (_, at) => openWebuiChat({ title: `Chat ${at}`, padding }));
    expect(await importing(ann, chats)).toEqual({ imported: 3_000, skipped: 0, failed: [] });
  });
});

describe('imported chats', () => {
  const branching = () =>
    openWebuiHistory(
      [
        openWebuiMessage('q1', null, { content: 'First question' }),
        openWebuiMessage('a1', 'q1', { role: 'assistant', content: 'First answer', model: 'llama3.2' }),
        openWebuiMessage('a2', 'q1', { role: 'assistant', content: 'Second answer', model: 'qwen3' }),
        openWebuiMessage('q2', 'a1', { content: 'Follow-up' }),
        openWebuiMessage('q1b', null, { content: 'First question, edited' }),
      ],
      'a2',
    );

  test('a chat is imported once per user, however often the file is imported', async () => {
    const file = [openWebuiChat(), openWebuiChat(), chatgptConversation(chatgptExchange())];
    expect(await importing(ann, file)).toEqual({ imported: 3, skipped: 0, failed: [] });
    expect(await importing(ann, file)).toEqual({ imported: 0, skipped: 3, failed: [] });
    expect(await importing(bob, file)).toEqual({ imported: 3, skipped: 0, failed: [] });
    expect(await chatsOf(ann)).toHaveLength(3);
  });

  test('a chat is imported again after it was deleted', async () => {
    const file = [openWebuiChat()];
    await importing(ann, file);
    const [chat] = await chatsOf(ann);
    await ann.delete(`/chats/${chat!.id}`).expect(204);
    expect(await importing(ann, file)).toMatchObject({ imported: 1, skipped: 0 });
  });

  test('an imported chat opens at its active branch, and its other branches can be opened', async () => {
    await importing(ann, [openWebuiChat({}, branching())]);
    const chat = await onlyChat(ann);
    expect(chat.messages.map((m: { content: string }) => m.content)).toEqual([
      'First question',
      'Second answer',
    ]);
    const [question, answer] = chat.messages;
    expect(question.siblings).toHaveLength(2);
    expect(answer).toMatchObject({ model: 'qwen3', role: 'assistant', status: 'complete', edited: false });
    expect(answer.siblings).toHaveLength(2);

    await ann.patch(`/chats/${chat.id}`, { activeMessageId: answer.siblings[0] }).expect(200);
    const switched = await onlyChat(ann);
    expect(switched.messages.map((m: { content: string }) => m.content)).toEqual([
      'First question',
      'First answer',
      'Follow-up',
    ]);
  });

  test('an imported chat keeps its dates, its model, and whether it is pinned or archived', async () => {
    const created_at = 1_700_000_000;
    const chat = (title: string, more: object) =>
      openWebuiChat({ title, created_at, updated_at: created_at + 9, ...more });
    await importing(ann, [
      chat('Plain', {}),
      chat('Pinned', { pinned: true }),
      chat('Archived', { archived: true, pinned: true }),
    ]);
    expect(await chatsOf(ann)).toHaveLength(2);
    expect((await chatsOf(ann, '&pinned=true')).map(({ title }) => title)).toEqual(['Pinned']);
    const [archived] = await chatsOf(ann, '&archived=true');
    expect(archived).toMatchObject({
      title: 'Archived',
      pinned: false,
      createdAt: '2023-11-14T22:13:20.000Z',
      updatedAt: '2023-11-14T22:13:29.000Z',
    });
    expect((await ann.get(`/chats/${archived!.id}`)).body).toMatchObject({ model: 'llama3.2' });
  });

  test('an imported chat keeps reasoning separate from the answer', async () => {
    const thoughts = { content: { content_type: 'thoughts', thoughts: [{ summary: '', content: 'Hm.' }] } };
    const nodes = [
      chatgptNode('q', null, 'user', 'Why?'),
      chatgptNode('t', 'q', 'assistant', '', thoughts),
      chatgptNode('a', 't', 'assistant', 'Because.'),
    ];
    await importing(ann, [chatgptConversation(nodes)]);
    expect((await onlyChat(ann)).messages[1]).toMatchObject({ content: 'Because.', reasoning: 'Hm.' });
  });

  test('an imported chat is found by its text', async () => {
    await importing(ann, [openWebuiChat({ title: 'Alpha' }, branching()), openWebuiChat({ title: 'Beta' })]);
    expect((await chatsOf(ann, '&query=follow-up')).map(({ title }) => title)).toEqual(['Alpha']);
  });

  test('an imported chat belongs only to the user who imported it', async () => {
    await importing(ann, [openWebuiChat({ user_id: bob.user.id, share_id: 'x', owner: bob.user.id })]);
    const [chat] = await chatsOf(ann);
    expect(await chatsOf(bob)).toEqual([]);
    await bob.get(`/chats/${chat!.id}`).expect(404);
    expect((await onlyChat(ann)).shared).toBe(false);
  });

  test('an imported chat is the same after it was exported and imported by another user', async () => {
    const { chat } = openWebuiChat({}, branching()) as { chat: object };
    const withSettings = { ...chat, params: { system: 'Be brief.', temperature: 0.5 } };
    await importing(ann, [openWebuiChat({ title: 'Tree: <b> & "c"', chat: withSettings, pinned: true })]);
    const original = await onlyChat(ann);
    for (const source of [`/chats/${original.id}/export?format=json`, '/exports/chats']) {
      const file = (await ann.get(source).buffer(true).expect(200)).text;
      const reader = await app.person(`Reader${names}${source.length}`);
      expect(await importing(reader, file)).toEqual({ imported: 1, skipped: 0, failed: [] });
      const copy = await onlyChat(reader);
      const essence = ({
        title,
        pinned,
        model,
        settings,
        messages,
        createdAt,
        updatedAt,
      }: Record<string, unknown>) => ({
        title,
        pinned,
        model,
        settings,
        createdAt,
        updatedAt,
        messages: (messages as Record<string, unknown>[]).map(
          ({ role, content, model, createdAt, siblings }) => ({
            role,
            content,
            model,
            createdAt,
            siblings: (siblings as string[]).length,
          }),
        ),
      });
      expect(essence(copy)).toEqual(essence(original));
      expect(await importing(ann, file)).toEqual({ imported: 0, skipped: 1, failed: [] });
    }
  });
});

describe('failures', () => {
  test('a chat that cannot be imported is listed with the reason, and the others are imported', async () => {
    const cycle = openWebuiHistory([openWebuiMessage('a', 'b'), openWebuiMessage('b', 'a')]);
    const file = [openWebuiChat(), openWebuiChat({ title: 'Cycle' }, cycle), 7, openWebuiChat()];
    expect(await importing(ann, file)).toEqual({
      imported: 2,
      skipped: 0,
      failed: [
        { title: 'Cycle', reason: 'Its messages form a cycle.' },
        { title: 'Chat 3', reason: 'It has no messages.' },
      ],
    });
  });

  test('a chat that cannot be imported is listed under the name of the file if the file is incomplete', async () => {
    const response = await importForm(ann, `[${JSON.stringify(openWebuiChat())}`, 'my chats.json').expect(
      200,
    );
    expect(response.body).toMatchObject({ imported: 1, failed: [{ title: 'my chats.json' }] });
  });

  test('the first thousand chats that cannot be imported are listed, with the number of the others', async () => {
    const { failed } = await importing(ann, `[${'{"chat":1},'.repeat(2_499)}{"chat":1}]`);
    expect(failed).toHaveLength(1_000);
    expect(failed.at(-1)).toEqual({ title: 'More failures', reason: '1,501 more could not be imported.' });
  });

  test('a chat that cannot be imported does not affect existing chats', async () => {
    const file = [openWebuiChat({ id: 'same', title: 'Before' })];
    await importing(ann, file);
    const before = await onlyChat(ann);
    await importing(ann, [
      openWebuiChat({ id: 'same', title: 'After' }),
      '__proto__',
      null,
      { chat: { history: [] } },
    ]);
    expect(await onlyChat(ann)).toEqual(before);
  });
});

describe('progress', () => {
  test('the progress of an import is sent to all tabs of the user and to nobody else', async () => {
    const [tab, otherTab, strangerTab] = [await ann.connect(), await ann.connect(), await bob.connect()];
    const chats = Array.from({ length: 500 }, () => openWebuiChat());
    await ann.agent
      .post('/api/v1/imports?importId=import-1')
      .send([...chats, 7])
      .expect(200);
    for (const socket of [tab, otherTab]) {
      expect(await socket.waitFor('import:progress', ({ done }) => done === 501)).toEqual({
        importId: 'import-1',
        done: 501,
        total: 501,
      });
      await socket.waitFor('chats:changed');
      const steps = socket.payloads('import:progress').map(({ done }) => done);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect(socket.payloads('import:progress')[0]).toMatchObject({ done: 0, total: 501 });
    }
    // The reply comes after all earlier events of this socket.
    await strangerTab.request('chat:unwatch', { chatId: 'nothing' });
    expect(strangerTab.received).toEqual([]);
    for (const socket of [tab, otherTab, strangerTab]) socket.close();
  });

  test('the progress of an import is not sent without an importId', async () => {
    const tab = await ann.connect();
    await importing(ann, [openWebuiChat()]);
    await tab.waitFor('chats:changed');
    expect(tab.payloads('import:progress')).toEqual([]);
    tab.close();
  });
});
