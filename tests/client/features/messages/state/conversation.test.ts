import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Conversation } from '../../../../../client/src/features/messages/state/conversation.svelte.ts';
import { FakeServer } from '../fakeServer.ts';
import { openTab } from '../fakeTab.ts';
import type { FakeTab } from '../fakeTab.ts';

let server: FakeServer;
const open: Conversation[] = [];

beforeEach(() => {
  jest.useFakeTimers();
  server = new FakeServer();
});
afterEach(() => {
  for (const conversation of open.splice(0)) conversation.leave();
  jest.useRealTimers();
});

/** Lets requests, events and the pause after them take their course. */
const settle = () => jest.advanceTimersByTimeAsync(500);

async function opened(tab: FakeTab, id: string | null = 'chat'): Promise<Conversation> {
  const conversation = new Conversation(id, {
    transport: tab.transport,
    socket: tab.socket,
    modelFor: (wanted) => wanted ?? 'small',
    made: () => undefined,
  });
  open.push(conversation);
  conversation.enter();
  await settle();
  return conversation;
}

const texts = ({ messages }: Conversation) => messages.map(({ content }) => content);
const ids = ({ messages }: Conversation) => messages.map(({ id }) => id);
/** What a new reader of the chat would see. */
const truth = () => server.branch(server.chat.activeMessageId, 1_000).messages;

describe('sending', () => {
  test('refuses white space, text that is too long, and a second question while an answer is written', async () => {
    const conversation = await opened(openTab(server));
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

  test('shows the question before the server has it', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    tab.answersAfter = new Promise(() => undefined);
    tab.disconnect();
    conversation.draft = 'Hello';
    void conversation.send();
    expect([conversation.draft, conversation.pending?.content]).toEqual(['', 'Hello']);
  });

  test('never shows a question twice, also when its news is quicker than the answer to the request', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    let answer: (value: unknown) => void = () => undefined;
    tab.answersAfter = new Promise((resolve) => (answer = resolve));
    conversation.draft = 'Hello';
    const sending = conversation.send();
    await settle();
    expect([conversation.pending, texts(conversation)]).toEqual([null, ['Hello', '']]);
    server.write('Hi');
    answer(null);
    await sending;
    expect(texts(conversation)).toEqual(['Hello', 'Hi']);
  });

  test('keeps a question that did not arrive, and sends it once although it is tried twice', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    tab.disconnect();
    tab.losesAnswer = true;
    conversation.draft = 'Only once';
    await conversation.send();
    expect(conversation.pending?.error).toBe('Parley cannot be reached.');
    await conversation.retry();
    expect(conversation.pending).toBeNull();
    expect(server.rows.map(({ content }) => content)).toEqual(['Only once', '']);
    expect(texts(conversation)).toEqual(['Only once', '']);
  });

  test('takes a question for sent whose news came although the answer to the request did not', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    tab.losesAnswer = true;
    conversation.draft = 'Hello';
    await conversation.send();
    server.finish();
    await settle();
    expect([conversation.pending, texts(conversation)]).toEqual([null, ['Hello', '']]);
    conversation.draft = 'And then?';
    expect(conversation.canSend).toBe(true);
    await conversation.send();
    expect(texts(conversation)).toEqual(['Hello', '', 'And then?', '']);
  });

  test('gives a question back that was refused, without losing what was typed since', async () => {
    const tab = openTab(server);
    server.fill(2);
    const conversation = await opened(tab);
    tab.disconnect();
    server.remove('m1');
    conversation.draft = 'To a message that is gone';
    const sending = conversation.send();
    conversation.draft = 'typed since';
    await sending;
    expect(conversation.pending).toBeNull();
    expect(conversation.draft).toBe('To a message that is gone\n\ntyped since');
    expect(conversation.refusal).toBe('This message is not in the chat.');
  });

  test('makes the chat with its first question, once, although its answer was lost', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab, null);
    expect(server.made).toBe(0);
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

describe('an answer being written', () => {
  test('arrives exactly, although pieces are lost on the way, and each gap is asked about once', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    conversation.draft = 'Go';
    await conversation.send();
    server.write('One ');
    tab.loses = (name) => name === 'message:delta';
    server.write('two ');
    tab.loses = () => false;
    server.write('three ');
    server.write('four ');
    await settle();
    expect(texts(conversation)).toEqual(['Go', 'One two three four ']);
    expect(tab.said.filter((name) => name === 'message:resume')).toHaveLength(1);
  });

  test('goes on after the connection was cut, without a word lost or doubled', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    conversation.draft = 'Go';
    await conversation.send();
    server.write('before ');
    tab.disconnect();
    server.write('meanwhile ');
    tab.reconnect();
    server.write('after');
    await settle();
    expect(texts(conversation)).toEqual(['Go', 'before meanwhile after']);
  });

  test('is whole in a tab that was away when it ended', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    conversation.draft = 'Go';
    await conversation.send();
    tab.disconnect();
    server.write('All of it');
    server.finish();
    tab.reconnect();
    await settle();
    expect(texts(conversation)).toEqual(['Go', 'All of it']);
    expect([conversation.generating, conversation.messages.at(-1)?.status]).toEqual([false, 'complete']);
  });

  test('does not begin again when old news comes after its end', async () => {
    const tab = openTab(server);
    const conversation = await opened(tab);
    conversation.draft = 'Go';
    await conversation.send();
    const begun = server.present(server.streaming());
    const { version } = server.chat;
    server.write('Done');
    server.finish();
    server.emit('message:updated', { chatId: 'chat', version, message: begun });
    expect([conversation.generating, texts(conversation)]).toEqual([false, ['Go', 'Done']]);
  });

  test('keeps what came when it is stopped, and goes on in the same message', async () => {
    const conversation = await opened(openTab(server));
    conversation.draft = 'Go';
    await conversation.send();
    server.write('Half');
    await conversation.stop();
    const answer = conversation.messages.at(-1)!;
    expect([answer.content, answer.status, conversation.generating]).toEqual(['Half', 'stopped', false]);
    await conversation.continue(answer);
    server.write(' and the rest');
    server.finish();
    expect(conversation.messages.at(-1)).toBe(answer);
    expect([answer.content, answer.status]).toEqual(['Half and the rest', 'complete']);
  });

  test('changes no other message', async () => {
    server.fill(4);
    const conversation = await opened(openTab(server));
    const before = [...conversation.messages];
    conversation.draft = 'Go';
    await conversation.send();
    const list = conversation.messages;
    for (let at = 0; at < 20; at++) server.write(`${at} `);
    expect(conversation.messages).toBe(list);
    expect(conversation.messages.slice(0, 4)).toEqual(before);
  });
});

describe('versions', () => {
  test('an edited question becomes a version beside the old one, and the arrows lead back', async () => {
    server.fill(4);
    const conversation = await opened(openTab(server));
    conversation.beginEdit(conversation.messages[2]!);
    conversation.editing!.text = 'asked differently';
    await conversation.askEdited();
    server.write('New answer');
    server.finish();
    await settle();
    expect(texts(conversation)).toEqual(['message 0', 'message 1', 'asked differently', 'New answer']);
    expect(conversation.messages[2]!.siblings).toEqual(['m3', 'm5']);
    await conversation.show('m3');
    expect(texts(conversation)).toEqual(['message 0', 'message 1', 'message 2', 'message 3']);
  });

  test('the first question can be asked differently, too', async () => {
    server.fill(2);
    const conversation = await opened(openTab(server));
    conversation.beginEdit(conversation.messages[0]!);
    conversation.editing!.text = 'another beginning';
    await conversation.askEdited();
    expect(texts(conversation)).toEqual(['another beginning', '']);
    expect(conversation.messages[0]!.parentId).toBeNull();
  });

  test('an edit that fails keeps the text that was typed', async () => {
    server.fill(2);
    const tab = openTab(server);
    const conversation = await opened(tab);
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

  test('a new answer stands beside the old one', async () => {
    server.fill(2);
    const conversation = await opened(openTab(server));
    await conversation.regenerate(conversation.messages[1]!);
    server.write('Better');
    server.finish();
    await settle();
    expect(texts(conversation)).toEqual(['message 0', 'Better']);
    expect(conversation.messages[1]!.siblings).toEqual(['m2', 'm3']);
  });

  test('a deleted message takes what is below it with it', async () => {
    server.fill(6);
    const conversation = await opened(openTab(server));
    expect(conversation.live?.branch.below('m3')).toBe(3);
    await conversation.remove(conversation.messages[2]!);
    expect(ids(conversation)).toEqual(['m1', 'm2']);
  });
});

describe('another tab', () => {
  test('shows what this one does, as it happens', async () => {
    server.fill(2);
    const [here, there] = [await opened(openTab(server)), await opened(openTab(server))];
    here.draft = 'Hello';
    await here.send();
    server.write('Hi ');
    server.write('there');
    expect(texts(there)).toEqual(texts(here));
    server.finish();
    here.beginEdit(here.messages[1]!);
    here.editing!.text = 'changed';
    await here.saveEdit();
    expect(texts(there)).toEqual(['message 0', 'changed', 'Hello', 'Hi there']);
    await here.regenerate(here.messages[3]!);
    server.write('Another');
    server.finish();
    await settle();
    await here.remove(here.messages[2]!);
    await settle();
    expect(ids(there)).toEqual(truth().map(({ id }) => id));
    expect(ids(here)).toEqual(ids(there));
  });

  test('follows to the version that is looked at', async () => {
    server.fill(2);
    const [here, there] = [await opened(openTab(server)), await opened(openTab(server))];
    await here.regenerate(here.messages[1]!);
    server.write('Second');
    server.finish();
    await settle();
    expect(texts(there)).toEqual(['message 0', 'Second']);
    await here.show('m2');
    await settle();
    expect(texts(there)).toEqual(['message 0', 'message 1']);
  });

  test('that was asleep catches up once with everything, also above what it had read last', async () => {
    server.fill(130);
    const tab = openTab(server);
    const conversation = await opened(tab);
    await conversation.live!.readEarlier();
    expect(conversation.messages).toHaveLength(100);
    tab.disconnect();
    server.edit('m40', 'edited while asleep');
    for (let at = 0; at < 60; at++) server.say(at % 2 === 0 ? 'user' : 'assistant', `new ${at}`);
    tab.reconnect();
    await settle();
    const shown = truth().slice(-conversation.messages.length);
    expect(conversation.messages).toHaveLength(160);
    expect(ids(conversation)).toEqual(shown.map(({ id }) => id));
    expect(texts(conversation)).toEqual(shown.map(({ content }) => content));
    expect(texts(conversation)).toContain('edited while asleep');
  });

  test('is not thrown back by a reading or by news that is older than what it shows', async () => {
    server.fill(2);
    const tab = openTab(server);
    const conversation = await opened(tab);
    const old = { chatId: 'chat', version: server.chat.version, message: server.present(server.row('m2')) };
    let answer: (value: unknown) => void = () => undefined;
    tab.answersAfter = new Promise((resolve) => (answer = resolve));
    const reading = conversation.live!.read();
    await settle();
    server.edit('m2', 'edited elsewhere');
    server.say('user', 'said meanwhile');
    server.emit('message:updated', old);
    const shown = ['message 0', 'edited elsewhere', 'said meanwhile'];
    expect(texts(conversation)).toEqual(shown);
    answer(null);
    await reading;
    expect(texts(conversation)).toEqual(shown);
  });

  test('sees the chat go when it is deleted elsewhere', async () => {
    const conversation = await opened(openTab(server));
    server.emit('chat:deleted', { chatId: 'chat' });
    expect(conversation.live?.phase).toBe('gone');
  });

  test('ends as the server is, whatever is lost, cut and done at once', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      let state = seed;
      const below = (n: number) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return (state >> 8) % n;
      };
      server = new FakeServer();
      server.fill(4);
      const tabs = [openTab(server), openTab(server)];
      const conversations = [await opened(tabs[0]!), await opened(tabs[1]!)];
      for (let step = 0; step < 40; step++) {
        const tab = tabs[below(2)]!;
        const conversation = conversations[below(2)]!;
        const some = conversation.messages[below(conversation.messages.length || 1)];
        const isWriting = server.rows.some(({ status }) => status === 'streaming');
        const moves: (() => unknown)[] = [
          () => isWriting && server.write(`w${step} `),
          () => isWriting && server.write(`x${step} `),
          () => isWriting && below(2) === 0 && server.finish(),
          () => (tab.connected ? tab.disconnect() : tab.reconnect()),
          () => (tab.loses = below(2) === 0 ? () => below(3) === 0 : () => false),
          () => !isWriting && server.say('user', `s${step}`),
          () => some && conversation.regenerate(some).catch(() => undefined),
          () => !isWriting && some && conversation.remove(some).catch(() => undefined),
          () => some && conversation.show(some.siblings[0]!).catch(() => undefined),
          () => {
            conversation.draft = `d${step}`;
            return conversation.send();
          },
        ];
        await moves[below(moves.length)]!();
        if (below(3) === 0) await settle();
      }
      for (const tab of tabs) {
        tab.loses = () => false;
        tab.disconnect();
        tab.reconnect();
      }
      await settle();
      const shown = truth().map(({ id, content, status }) => [id, content, status]);
      for (const { messages } of conversations) {
        expect(messages.map(({ id, content, status }) => [id, content, status])).toEqual(shown);
      }
      for (const conversation of open.splice(0)) conversation.leave();
    }
  });
});
