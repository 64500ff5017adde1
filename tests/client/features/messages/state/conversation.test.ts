import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Conversation } from '../../../../../client/src/features/messages/state/conversation.svelte.ts';
import { FakeServer } from '../fakeServer.ts';
import { openTab } from '../fakeTab.ts';
import type { FakeTab } from '../fakeTab.ts';

let server: FakeServer;
const openConversations: Conversation[] = [];

beforeEach(() => {
  jest.useFakeTimers();
  server = new FakeServer();
});
afterEach(() => {
  for (const conversation of openConversations.splice(0)) conversation.leave();
  jest.useRealTimers();
});

/** Waits until requests and events are processed, and the resync delay has passed. */
const settle = () => jest.advanceTimersByTimeAsync(500);

async function openConversation(tab: FakeTab, id: string | null = 'chat'): Promise<Conversation> {
  const conversation = new Conversation(id, {
    transport: tab.transport,
    socket: tab.socket,
    modelFor: (requested) => requested ?? 'small',
    onChatCreated: () => undefined,
  });
  openConversations.push(conversation);
  conversation.enter();
  await settle();
  return conversation;
}

const texts = ({ messages }: Conversation) => messages.map(({ content }) => content);
const ids = ({ messages }: Conversation) => messages.map(({ id }) => id);
/** The active branch as the server has it. */
const serverMessages = () => server.branch(server.chat.activeMessageId, 1_000).messages;

describe('Conversation.send', () => {
  test('white space, text over the limit, and a question during a streaming answer are not sent', async () => {
    const conversation = await openConversation(openTab(server));
    conversation.draft = ' \n ';
    expect(conversation.canSend).toBe(false);
    conversation.draft = 'x'.repeat(250_012);
    expect([conversation.canSend, conversation.excess]).toEqual([false, 12]);
    conversation.draft = 'first';
    await conversation.send();
    conversation.draft = 'second';
    expect(conversation.canSend).toBe(false);
    await conversation.send();
    expect([conversation.draft, texts(conversation)]).toEqual(['second', ['first', '']]);
  });

  test('a question is shown before the server has stored it', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    tab.responsesAfter = new Promise(() => undefined);
    tab.disconnect();
    conversation.draft = 'Hello';
    void conversation.send();
    expect([conversation.draft, conversation.pending?.content]).toEqual(['', 'Hello']);
  });

  test('a question is never shown twice, even when the event is faster than the response', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    let respond: (value: unknown) => void = () => undefined;
    tab.responsesAfter = new Promise((resolve) => (respond = resolve));
    conversation.draft = 'Hello';
    const sending = conversation.send();
    await settle();
    expect([conversation.pending, texts(conversation)]).toEqual([null, ['Hello', '']]);
    server.streamText('Hi');
    respond(null);
    await sending;
    expect(texts(conversation)).toEqual(['Hello', 'Hi']);
  });

  test('an undelivered question is kept, and stored once when it is retried', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    tab.disconnect();
    tab.losesResponse = true;
    conversation.draft = 'Only once';
    await conversation.send();
    expect(conversation.pending?.error).toBe('Parley cannot be reached.');
    await conversation.retry();
    expect(conversation.pending).toBeNull();
    expect(server.rows.map(({ content }) => content)).toEqual(['Only once', '']);
    expect(texts(conversation)).toEqual(['Only once', '']);
  });

  test('a question counts as sent when its event arrives but the response is lost', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    tab.losesResponse = true;
    conversation.draft = 'Hello';
    await conversation.send();
    server.endAnswer();
    await settle();
    expect([conversation.pending, texts(conversation)]).toEqual([null, ['Hello', '']]);
    conversation.draft = 'And then?';
    expect(conversation.canSend).toBe(true);
    await conversation.send();
    expect(texts(conversation)).toEqual(['Hello', '', 'And then?', '']);
  });

  test('a rejected question returns to the draft without losing text typed since', async () => {
    const tab = openTab(server);
    server.fill(2);
    const conversation = await openConversation(tab);
    tab.disconnect();
    server.remove('m1');
    conversation.draft = 'To a message that is gone';
    const sending = conversation.send();
    conversation.draft = 'typed since';
    await sending;
    expect(conversation.pending).toBeNull();
    expect(conversation.draft).toBe('To a message that is gone\n\ntyped since');
    expect(conversation.rejection).toBe('This message is not in the chat.');
  });

  test('the first question creates the chat once, even after a failed attempt', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab, null);
    expect(server.createdChats).toBe(0);
    tab.online = false;
    conversation.draft = 'First';
    await conversation.send();
    expect([conversation.id, conversation.pending?.error]).toEqual([null, 'Parley cannot be reached.']);
    tab.online = true;
    await conversation.retry();
    await settle();
    expect([conversation.id, texts(conversation)]).toEqual(['chat', ['First', '']]);
  });
});

describe('a streaming answer', () => {
  test('a streaming answer is complete although deltas are lost, with one resume request per gap', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    conversation.draft = 'Go';
    await conversation.send();
    server.streamText('One ');
    tab.drops = (name) => name === 'message:delta';
    server.streamText('two ');
    tab.drops = () => false;
    server.streamText('three ');
    server.streamText('four ');
    await settle();
    expect(texts(conversation)).toEqual(['Go', 'One two three four ']);
    expect(tab.emitted.filter((name) => name === 'message:resume')).toHaveLength(1);
  });

  test('a streaming answer continues after a reconnect without lost or duplicated text', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    conversation.draft = 'Go';
    await conversation.send();
    server.streamText('before ');
    tab.disconnect();
    server.streamText('meanwhile ');
    tab.reconnect();
    server.streamText('after');
    await settle();
    expect(texts(conversation)).toEqual(['Go', 'before meanwhile after']);
  });

  test('an answer is complete in a tab that was disconnected when it ended', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    conversation.draft = 'Go';
    await conversation.send();
    tab.disconnect();
    server.streamText('All of it');
    server.endAnswer();
    tab.reconnect();
    await settle();
    expect(texts(conversation)).toEqual(['Go', 'All of it']);
    expect([conversation.generating, conversation.messages.at(-1)?.status]).toEqual([false, 'complete']);
  });

  test('an answer does not start again when an old event arrives after its end', async () => {
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    conversation.draft = 'Go';
    await conversation.send();
    const started = server.present(server.streamingRow());
    const { version } = server.chat;
    server.streamText('Done');
    server.endAnswer();
    server.emit('message:updated', { chatId: 'chat', version, message: started });
    expect([conversation.generating, texts(conversation)]).toEqual([false, ['Go', 'Done']]);
  });

  test('a stopped answer keeps its text, and continues in the same message', async () => {
    const conversation = await openConversation(openTab(server));
    conversation.draft = 'Go';
    await conversation.send();
    server.streamText('Half');
    await conversation.stop();
    const answer = conversation.messages.at(-1)!;
    expect([answer.content, answer.status, conversation.generating]).toEqual(['Half', 'stopped', false]);
    await conversation.continue(answer);
    server.streamText(' and the rest');
    server.endAnswer();
    expect(conversation.messages.at(-1)).toBe(answer);
    expect([answer.content, answer.status]).toEqual(['Half and the rest', 'complete']);
  });

  test('a streaming answer changes no other message', async () => {
    server.fill(4);
    const conversation = await openConversation(openTab(server));
    const before = [...conversation.messages];
    conversation.draft = 'Go';
    await conversation.send();
    const messages = conversation.messages;
    for (let index = 0; index < 20; index++) server.streamText(`${index} `);
    expect(conversation.messages).toBe(messages);
    expect(conversation.messages.slice(0, 4)).toEqual(before);
  });
});

describe('siblings', () => {
  test('an edited question becomes a sibling of the old one, and both can be shown', async () => {
    server.fill(4);
    const conversation = await openConversation(openTab(server));
    conversation.beginEdit(conversation.messages[2]!);
    conversation.editing!.text = 'asked differently';
    await conversation.sendEdit();
    server.streamText('New answer');
    server.endAnswer();
    await settle();
    expect(texts(conversation)).toEqual(['message 0', 'message 1', 'asked differently', 'New answer']);
    expect(conversation.messages[2]!.siblings).toEqual(['m3', 'm5']);
    await conversation.showSibling('m3');
    expect(texts(conversation)).toEqual(['message 0', 'message 1', 'message 2', 'message 3']);
  });

  test('the first question can be edited too', async () => {
    server.fill(2);
    const conversation = await openConversation(openTab(server));
    conversation.beginEdit(conversation.messages[0]!);
    conversation.editing!.text = 'another beginning';
    await conversation.sendEdit();
    expect(texts(conversation)).toEqual(['another beginning', '']);
    expect(conversation.messages[0]!.parentId).toBeNull();
  });

  test('a failed edit keeps the typed text', async () => {
    server.fill(2);
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    conversation.beginEdit(conversation.messages[1]!);
    conversation.editing!.text = 'my words';
    tab.online = false;
    await expect(conversation.saveEdit()).rejects.toThrow('Parley cannot be reached.');
    expect([conversation.editing?.text, texts(conversation)[1]]).toEqual(['my words', 'message 1']);
    tab.online = true;
    await conversation.saveEdit();
    expect(conversation.editing).toBeNull();
    expect([conversation.messages[1]!.content, conversation.messages[1]!.edited]).toEqual(['my words', true]);
  });

  test('a regenerated answer becomes a sibling of the old one', async () => {
    server.fill(2);
    const conversation = await openConversation(openTab(server));
    await conversation.regenerate(conversation.messages[1]!);
    server.streamText('Better');
    server.endAnswer();
    await settle();
    expect(texts(conversation)).toEqual(['message 0', 'Better']);
    expect(conversation.messages[1]!.siblings).toEqual(['m2', 'm3']);
  });

  test('deleting a message deletes the messages below it', async () => {
    server.fill(6);
    const conversation = await openConversation(openTab(server));
    expect(conversation.live?.branch.countBelow('m3')).toBe(3);
    await conversation.remove(conversation.messages[2]!);
    expect(ids(conversation)).toEqual(['m1', 'm2']);
  });
});

describe('a second tab', () => {
  test('a second tab shows the changes of the first as they happen', async () => {
    server.fill(2);
    const [here, there] = [await openConversation(openTab(server)), await openConversation(openTab(server))];
    here.draft = 'Hello';
    await here.send();
    server.streamText('Hi ');
    server.streamText('there');
    expect(texts(there)).toEqual(texts(here));
    server.endAnswer();
    here.beginEdit(here.messages[1]!);
    here.editing!.text = 'changed';
    await here.saveEdit();
    expect(texts(there)).toEqual(['message 0', 'changed', 'Hello', 'Hi there']);
    await here.regenerate(here.messages[3]!);
    server.streamText('Another');
    server.endAnswer();
    await settle();
    await here.remove(here.messages[2]!);
    await settle();
    expect(ids(there)).toEqual(serverMessages().map(({ id }) => id));
    expect(ids(here)).toEqual(ids(there));
  });

  test('a second tab switches to the sibling shown in the first', async () => {
    server.fill(2);
    const [here, there] = [await openConversation(openTab(server)), await openConversation(openTab(server))];
    await here.regenerate(here.messages[1]!);
    server.streamText('Second');
    server.endAnswer();
    await settle();
    expect(texts(there)).toEqual(['message 0', 'Second']);
    await here.showSibling('m2');
    await settle();
    expect(texts(there)).toEqual(['message 0', 'message 1']);
  });

  test('a tab catches up after a disconnect, including messages above its last page', async () => {
    server.fill(130);
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    await conversation.live!.loadEarlier();
    expect(conversation.messages).toHaveLength(100);
    tab.disconnect();
    server.edit('m40', 'edited while disconnected');
    for (let at = 0; at < 60; at++) server.addMessage(at % 2 === 0 ? 'user' : 'assistant', `new ${at}`);
    tab.reconnect();
    await settle();
    const shown = serverMessages().slice(-conversation.messages.length);
    expect(conversation.messages).toHaveLength(160);
    expect(ids(conversation)).toEqual(shown.map(({ id }) => id));
    expect(texts(conversation)).toEqual(shown.map(({ content }) => content));
    expect(texts(conversation)).toContain('edited while disconnected');
  });

  test('a tab ignores responses and events older than its state', async () => {
    server.fill(2);
    const tab = openTab(server);
    const conversation = await openConversation(tab);
    const old = { chatId: 'chat', version: server.chat.version, message: server.present(server.row('m2')) };
    let respond: (value: unknown) => void = () => undefined;
    tab.responsesAfter = new Promise((resolve) => (respond = resolve));
    const reading = conversation.live!.load();
    await settle();
    server.edit('m2', 'edited elsewhere');
    server.addMessage('user', 'added meanwhile');
    server.emit('message:updated', old);
    const shown = ['message 0', 'edited elsewhere', 'added meanwhile'];
    expect(texts(conversation)).toEqual(shown);
    respond(null);
    await reading;
    expect(texts(conversation)).toEqual(shown);
  });

  test('a tab shows that the chat was deleted elsewhere', async () => {
    const conversation = await openConversation(openTab(server));
    server.emit('chat:deleted', { chatId: 'chat' });
    expect(conversation.live?.phase).toBe('notFound');
  });

  test('tabs converge to the state of the server despite lost events, disconnects and concurrent changes', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      let state = seed;
      const below = (n: number) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return (state >> 8) % n;
      };
      server = new FakeServer();
      server.fill(4);
      const tabs = [openTab(server), openTab(server)];
      const conversations = [await openConversation(tabs[0]!), await openConversation(tabs[1]!)];
      for (let step = 0; step < 40; step++) {
        const tab = tabs[below(2)]!;
        const conversation = conversations[below(2)]!;
        const some = conversation.messages[below(conversation.messages.length || 1)];
        const isStreaming = server.rows.some(({ status }) => status === 'streaming');
        const actions: (() => unknown)[] = [
          () => isStreaming && server.streamText(`w${step} `),
          () => isStreaming && server.streamText(`x${step} `),
          () => isStreaming && below(2) === 0 && server.endAnswer(),
          () => (tab.connected ? tab.disconnect() : tab.reconnect()),
          () => (tab.drops = below(2) === 0 ? () => below(3) === 0 : () => false),
          () => !isStreaming && server.addMessage('user', `s${step}`),
          () => some && conversation.regenerate(some).catch(() => undefined),
          () => !isStreaming && some && conversation.remove(some).catch(() => undefined),
          () => some && conversation.showSibling(some.siblings[0]!).catch(() => undefined),
          () => {
            conversation.draft = `d${step}`;
            return conversation.send();
          },
        ];
        await actions[below(actions.length)]!();
        if (below(3) === 0) await settle();
      }
      for (const tab of tabs) {
        tab.drops = () => false;
        tab.disconnect();
        tab.reconnect();
      }
      await settle();
      const shown = serverMessages().map(({ id, content, status }) => [id, content, status]);
      for (const { messages } of conversations) {
        expect(messages.map(({ id, content, status }) => [id, content, status])).toEqual(shown);
      }
      for (const conversation of openConversations.splice(0)) conversation.leave();
    }
  });
});
