import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { invite, resetLink, setPassword } from '../../support/accountLinks.ts';
import { LogLines } from '../../support/logLines.ts';
import {
  ask,
  createModelFixture,
  endedAnswer,
  newChat,
  type ModelFixture,
} from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import { password, type Person } from '../../support/person.ts';

/** What people write or hold. Nothing of it may be in a log, whatever happens. */
const secrets = {
  question: 'Do pangolins dream of electric zebras tonight?',
  answer: 'Marmalade reasons about violet umbrellas.',
  title: 'Quokka Kaleidoscope Diary',
  search: 'kaleidoscopic',
  note: 'Zanzibar settlement figures',
  upload: 'xylophone merger memo',
  apiKey: 'sk-live-tangerine-0123456789',
  envKey: 'sk-of-the-test-fixture',
  password,
  newPassword: 'horse staple battery correct',
  wrongPassword: 'guessing someone else',
  unknownShare: 'Wq3Xz8LrT5nYbV1cMk7JpD2fHs6GaE4u',
};

const lines = new LogLines('trace');
let fixture: ModelFixture;
let admin: Person;
let ben: Person;
beforeAll(async () => {
  fixture = await createModelFixture({ log: lines.log });
  ({ admin, member: ben } = fixture);
});
afterAll(() => fixture.end());

/** Values that exist only while the test runs: ids of links, tokens, cookies. */
const issued: string[] = [];
const keep = (...values: string[]) => void issued.push(...values);

async function useAccounts(): Promise<void> {
  const stranger = () => fixture.app.stranger();
  await stranger()
    .post('/auth/sign-in', { email: 'ben@example.org', password: secrets.wrongPassword })
    .expect(401);
  const { token } = await invite(admin, 'Ivy');
  const reset = await resetLink(admin, ben.user.id);
  keep(token, reset);
  await setPassword(stranger(), token, secrets.newPassword).expect(200);
  await stranger().post('/auth/account-link', { token: reset });
  const change = { currentPassword: secrets.wrongPassword, newPassword: secrets.newPassword };
  expect([400, 422]).toContain((await ben.post('/me/password', change)).status);
  for (const person of [admin, ben]) keep(...person.cookie().split('=').slice(1));
}

async function useModels(): Promise<string> {
  const { server } = fixture;
  await admin.post('/admin/connections', {
    name: 'Second',
    baseUrl: 'http://127.0.0.1:9/v1',
    apiKey: secrets.apiKey,
  });
  const tab = await ben.connect();
  server.reply = { chunks: chunksOf(secrets.answer, { reasoning: secrets.note }) };
  // Some servers quote what they were sent in their errors.
  const quoting = (text: string) => ({
    status: 400,
    body: JSON.stringify({ error: { message: `Input should be shorter [input: ${text}]` } }),
  });
  server.completion = quoting(`<question> ${secrets.question} </question>`);
  const asked = await ask(ben, secrets.question);
  await endedAnswer(ben, tab, asked);
  await lines.waitFor(({ msg }) => msg === 'generating a title failed');
  server.reply = quoting(secrets.question);
  await endedAnswer(ben, tab, await ask(ben, secrets.question));
  server.reply = { pieces: [`data: {"choices": ${secrets.answer}\n\n`] };
  await endedAnswer(ben, tab, await ask(ben, secrets.question));
  await ben.patch(`/chats/${asked.chatId}`, { title: secrets.title }).expect(200);
  await ben.get(`/chats/search?query=${secrets.search}`);
  await ben.get(`/chats?query=${secrets.search}`);
  await ben.get(`/chats/${asked.chatId}/export?format=txt`);
  tab.close();
  return asked.chatId;
}

async function useLinks(chatId: string): Promise<void> {
  const link = (await ben.put(`/chats/${chatId}/share`, {}).expect(201)).body as { id: string };
  keep(link.id);
  await admin.agent.get(`/s/${link.id}`);
  await admin.get(`/shared/${link.id}`).expect(200);
  await fixture.app.stranger().get(`/shared/${link.id}`).expect(401);
  await admin.get(`/shared/${link.id}%E0%A4%A`);
  await admin.post(`/shared/${link.id}/continue`, {});
  const tab = await admin.connect();
  await tab.request('share:watch', { id: link.id });
  await tab.request('share:watch', { id: secrets.unknownShare });
  await admin.get(`/shared/${secrets.unknownShare}`).expect(404);
  await admin.get(`/api/${link.id}?id=${link.id}`);
  await ben.delete(`/shared-links/${link.id}`).expect(204);
  await admin.get(`/shared/${link.id}`).expect(404);
  tab.close();
}

async function useImports(): Promise<void> {
  const upload = (body: string) =>
    ben.agent.post('/api/v1/imports').set('content-type', 'application/json').send(body);
  await upload(`[{"title":"${secrets.upload}", ${secrets.upload}`);
  await upload(`[{"title":"${secrets.upload}","mapping":{"a":{"message":${secrets.upload}}}}]`);
  await ben.agent
    .post('/api/v1/chats')
    .set('content-type', 'application/json')
    .send(`{"title": ${secrets.title}}`)
    .expect(400);
}

/** Every write and read of messages fails from now on, as after a bug in a migration. */
async function breakMessages(chatId: string): Promise<void> {
  const tab = await ben.connect();
  const database = new Database(path.join(fixture.app.dataDir, 'parley.db'));
  database.exec('alter table messages rename to gone');
  await ben.post(`/chats/${chatId}/messages`, { content: secrets.question }).expect(500);
  await ben.get(`/chats/${chatId}`).expect(500);
  await tab.request('chat:watch', { chatId });
  database.exec('alter table gone rename to messages');
  database.close();
  tab.close();
}

test('no log contains what people wrote, the address of a link, a token, a cookie, a password or a key', async () => {
  await useAccounts();
  const chatId = await useModels();
  await useLinks(chatId);
  await useImports();
  await breakMessages(chatId);
  const later = await newChat(ben, {});
  await ben.delete(`/chats/${later.id}`);
  await lines.waitFor(({ msg, route }) => msg === 'request' && route === '/api/v1/chats/:id');

  // The log has what happened …
  const routes = new Set(lines.all.filter(({ msg }) => msg === 'request').map(({ route }) => route));
  for (const route of ['/s/:id', '/api/v1/shared/:id', '/api/v1/imports', '/api/v1/auth/sign-in'])
    expect(routes).toContain(route);
  const messages = new Set(lines.all.map(({ msg }) => msg));
  for (const msg of ['request failed', 'a model server reported an error']) expect(messages).toContain(msg);
  // … but none of this, complete or in part.
  const words = Object.values(secrets).flatMap((secret) => [secret, ...secret.split(/\W+/)]);
  const telling = words.filter((word) => word.length >= 8 && word !== 'question');
  for (const secret of [...telling, ...issued])
    expect([secret, lines.text.includes(secret)]).toEqual([secret, false]);
});
