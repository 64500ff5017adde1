import { beforeEach, describe, expect, test } from '@jest/globals';
import { ChatActions } from '../../../../../client/src/features/chats/list/chatActions.ts';
import { ChatList } from '../../../../../client/src/features/chats/list/chatList.svelte.ts';
import { confirmations } from '../../../../../client/src/ui/confirm.svelte.ts';
import { toast } from '../../../../../client/src/ui/toast.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { aChat, aWholeChat } from '../../../support/factories.ts';

let api: FakeApi;
let list: ChatList;
let actions: ChatActions;
const chat = aChat({ id: 'heat', title: 'Heat', pinned: true });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(async () => {
  toast.reset();
  confirmations.reset();
  api = new FakeApi()
    .on('GET /chats', ({ query }) => ({ items: query['pinned'] === 'true' ? [chat] : [], nextCursor: null }))
    .on('PATCH /chats/:id', ({ body }) => aWholeChat({ ...chat, ...(body as object) }));
  list = new ChatList(new FakeSocket());
  list.start();
  actions = new ChatActions(list);
  await settled();
});

describe('what is done to a chat', () => {
  test('says why it was not done', async () => {
    api.on('PATCH /chats/:id', () => {
      throw new Refusal(503, 'unavailable', 'The database is busy. Try again.');
    });
    await actions.archive(chat);
    expect(toast.shown.map(({ message }) => message)).toEqual(['The database is busy. Try again.']);
    expect(list.pinned.map(({ id }) => id)).toEqual(['heat']);
  });

  test('renames only to something else, in one line', async () => {
    await actions.rename(chat, '   ');
    await actions.rename(chat, ' Heat ');
    expect(api.to('PATCH /chats/:id')).toEqual([]);
    await actions.rename(chat, 'Heat\n and cold ');
    expect(api.to('PATCH /chats/:id')[0]?.body).toEqual({ title: 'Heat and cold' });
  });

  test('archives at once, and Undo brings the chat back to its pin', async () => {
    await actions.archive(chat);
    expect(list.get('heat')).toBeUndefined();
    await toast.act(toast.shown[0]!);
    expect(api.to('PATCH /chats/:id').at(-1)?.body).toEqual({ archived: false, pinned: true });
    expect(list.pinned.map(({ id }) => id)).toEqual(['heat']);
  });

  test('deletes nothing before the answer, and nothing after a no', async () => {
    const deleting = actions.remove(chat);
    expect(list.get('heat')).toBeDefined();
    confirmations.answer(false);
    expect(await deleting).toBe(false);
    expect(api.to('DELETE /chats/:id')).toEqual([]);
  });

  test('says that the link of a shared chat dies with it, and only then', async () => {
    void actions.remove({ ...chat, shared: true });
    expect(confirmations.current?.body).toContain('Its shared link dies with it');
    confirmations.answer(false);
    void actions.remove(chat);
    expect(confirmations.current?.body).not.toContain('link');
    confirmations.answer(false);
  });

  test('deletes after a yes', async () => {
    api.on('DELETE /chats/:id', () => undefined);
    const deleting = actions.remove(chat);
    confirmations.answer(true);
    expect(await deleting).toBe(true);
    expect(list.get('heat')).toBeUndefined();
    expect(toast.shown.map(({ message }) => message)).toEqual(['Deleted “Heat”']);
  });
});
