import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ask,
  createModelFixture,
  endedAnswer,
  openChat,
  type ModelFixture,
} from '../../support/modelFixture.ts';
import type { Person, TestSocket } from '../../support/person.ts';

let fixture: ModelFixture;
let ben: Person;
let tab: TestSocket;

beforeAll(async () => {
  fixture = await createModelFixture();
  ben = fixture.member;
  tab = await ben.connect();
});
afterAll(async () => {
  tab.close();
  await fixture.end();
});
beforeEach(() => {
  fixture.server.requests.length = 0;
  fixture.server.completed = 0;
  fixture.server.completion = { status: 500 };
});

describe('titles of chats', () => {
  const waitForTitle = (chatId: string, title: string) =>
    tab.waitFor('chat:updated', ({ chat }) => chat.id === chatId && chat.title === title);
  const titleRequests = () => fixture.server.requests.filter(({ body }) => body.messages && !body.stream);

  test('the model suggests a title after the first exchange, and only then', async () => {
    fixture.server.completion = '"A server’s story."';
    const asked = await ask(ben, 'Tell me a story, please');
    await endedAnswer(ben, tab, asked);
    await waitForTitle(asked.chatId, 'A server’s story');
    expect(titleRequests()).toHaveLength(1);
    expect(titleRequests()[0]?.body.messages?.[0]?.content).toContain('Tell me a story, please');
    const second = await ask(ben, 'And then?', asked.chatId);
    await endedAnswer(ben, tab, second);
    expect((await openChat(ben, asked.chatId)).title).toBe('A server’s story');
    expect(titleRequests()).toHaveLength(1);
  });

  test('a suggested title does not replace a title that the owner set in the meantime', async () => {
    let release: () => void = () => undefined;
    const whenRenamed = new Promise<void>((resolve) => (release = resolve));
    fixture.server.completion = whenRenamed.then(() => 'From the model');
    const asked = await ask(ben, 'Hi');
    await endedAnswer(ben, tab, asked);
    await fixture.server.waitUntil(() => titleRequests().length === 1);
    await ben.patch(`/chats/${asked.chatId}`, { title: 'From me' }).expect(200);
    release();
    await fixture.server.waitUntil(() => fixture.server.completed === titleRequests().length);
    // The next exchange ends after the suggestion was rejected, so a wrong title would be stored by now.
    await endedAnswer(ben, tab, await ask(ben, 'More', asked.chatId));
    expect((await openChat(ben, asked.chatId)).title).toBe('From me');
  });

  test('the title does not change when the model cannot suggest one', async () => {
    fixture.server.completion = { status: 500 };
    const asked = await ask(ben, 'What is a monad?');
    await endedAnswer(ben, tab, asked);
    await fixture.server.waitUntil(() => titleRequests().length === 1);
    await endedAnswer(ben, tab, await ask(ben, 'More', asked.chatId));
    expect((await openChat(ben, asked.chatId)).title).toBe('What is a monad?');
  });
});
