import { beforeEach, describe, expect, test } from '@jest/globals';
import { ChatActions } from '../../../../../client/src/features/chats/list/chatActions.ts';
import { ChatList } from '../../../../../client/src/features/chats/list/chatList.svelte.ts';
import { confirmations } from '../../../../../client/src/ui/overlay/confirm.svelte.ts';
import { toast } from '../../../../../client/src/ui/overlay/toast.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { aChat, aWholeChat } from '../../../support/factories.ts';
import { settle } from '../../../support/settle.ts';

let api: FakeApi;
let list: ChatList;
let actions: ChatActions;
const chat = aChat({ id: 'heat', title: 'Heat', pinned: true });

beforeEach(async () => {
  toast.reset();
  confirmations.reset();
  api = new FakeApi()
    .on('GET /chats', ({ query }) => ({ items: query['pinned'] === 'true' ? [chat] : [], nextCursor: null }))
    .on('PATCH /chats/:id', ({ body }) => aWholeChat({ ...chat, ...(body as object) }));
  list = new ChatList(new FakeSocket());
  list.start();
  actions = new ChatActions(list);
  await settle();
});

describe('ChatActions', () => {
  test('shows the message of the server when a change is refused, and rolls back', async () => {
    api.on('PATCH /chats/:id', () => {
      throw new Refusal(503, 'unavailable', 'The database is busy. Try again.');
    });
    await actions.archive(chat);
    expect(toast.shown.map(({ message }) => message)).toEqual(['The database is busy. Try again.']);
    expect(list.pinned.map(({ id }) => id)).toEqual(['heat']);
  });

  test('renames to a new title in one line, and ignores an empty or unchanged one', async () => {
    await actions.rename(chat, '   ');
    await actions.rename(chat, ' Heat ');
    expect(api.requestsTo('PATCH /chats/:id')).toEqual([]);
    await actions.rename(chat, 'Heat\n and cold ');
    expect(api.requestsTo('PATCH /chats/:id')[0]?.body).toEqual({ title: 'Heat and cold' });
  });

  test('archives without asking, and Undo restores the chat and its pin', async () => {
    await actions.archive(chat);
    expect(list.get('heat')).toBeUndefined();
    await toast.runAction(toast.shown[0]!);
    expect(api.requestsTo('PATCH /chats/:id').at(-1)?.body).toEqual({ archived: false, pinned: true });
    expect(list.pinned.map(({ id }) => id)).toEqual(['heat']);
  });

  test('deletes nothing before the confirmation, and nothing after Cancel', async () => {
    const deleting = actions.remove(chat);
    expect(list.get('heat')).toBeDefined();
    confirmations.resolve(false);
    expect(await deleting).toBe(false);
    expect(api.requestsTo('DELETE /chats/:id')).toEqual([]);
  });

  test('warns that the link will stop working only when the chat is shared', async () => {
    void actions.remove({ ...chat, shared: true });
    expect(confirmations.current?.body).toContain('Its shared link will stop working');
    confirmations.resolve(false);
    void actions.remove(chat);
    expect(confirmations.current?.body).not.toContain('link');
    confirmations.resolve(false);
  });

  test('deletes after confirmation', async () => {
    api.on('DELETE /chats/:id', () => undefined);
    const deleting = actions.remove(chat);
    confirmations.resolve(true);
    expect(await deleting).toBe(true);
    expect(list.get('heat')).toBeUndefined();
    expect(toast.shown.map(({ message }) => message)).toEqual(['Deleted “Heat”']);
  });
});
