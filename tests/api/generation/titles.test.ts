import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ask, createModelFixture, ended, openChat, type ModelFixture } from '../../support/modelFixture.ts';
import type { Person, TestSocket } from '../../support/person.ts';

let world: ModelFixture;
let ben: Person;
let tab: TestSocket;

beforeAll(async () => {
  world = await createModelFixture();
  ben = world.member;
  tab = await ben.connect();
});
afterAll(async () => {
  tab.close();
  await world.end();
});
beforeEach(() => {
  world.server.requests.length = 0;
  world.server.completed = 0;
  world.server.completion = { status: 500 };
});

describe('the title of a chat', () => {
  const titled = (chatId: string, title: string) =>
    tab.hears('chat:updated', ({ chat }) => chat.id === chatId && chat.title === title);
  const naming = () => world.server.requests.filter(({ body }) => body.messages && !body.stream);

  test('is made by the model after the first exchange, and only then', async () => {
    world.server.completion = '"A server’s story."';
    const asked = await ask(ben, 'Tell me a story, please');
    await ended(ben, tab, asked);
    await titled(asked.chatId, 'A server’s story');
    expect(naming()).toHaveLength(1);
    expect(naming()[0]?.body.messages?.[0]?.content).toContain('Tell me a story, please');
    const second = await ask(ben, 'And then?', asked.chatId);
    await ended(ben, tab, second);
    expect((await openChat(ben, asked.chatId)).title).toBe('A server’s story');
    expect(naming()).toHaveLength(1);
  });

  test('that a person gave meanwhile stays', async () => {
    let release: () => void = () => undefined;
    const renamed = new Promise<void>((resolve) => (release = resolve));
    world.server.completion = renamed.then(() => 'From the model');
    const asked = await ask(ben, 'Hi');
    await ended(ben, tab, asked);
    await world.server.until(() => naming().length === 1);
    await ben.patch(`/chats/${asked.chatId}`, { title: 'From me' }).expect(200);
    release();
    await world.server.until(() => world.server.completed === naming().length);
    // The next exchange ends after the title was refused: whatever was to be written has been written.
    await ended(ben, tab, await ask(ben, 'More', asked.chatId));
    expect((await openChat(ben, asked.chatId)).title).toBe('From me');
  });

  test('stays as it is when the model has none to give', async () => {
    world.server.completion = { status: 500 };
    const asked = await ask(ben, 'What is a monad?');
    await ended(ben, tab, asked);
    await world.server.until(() => naming().length === 1);
    await ended(ben, tab, await ask(ben, 'More', asked.chatId));
    expect((await openChat(ben, asked.chatId)).title).toBe('What is a monad?');
  });
});
