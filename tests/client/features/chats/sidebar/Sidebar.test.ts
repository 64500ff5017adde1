import type { ChatSummary } from '#shared/chats';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { ChatList } from '../../../../../client/src/features/chats/list/chatList.svelte.ts';
import { Dialogs } from '../../../../../client/src/shell/dialogs.svelte.ts';
import { Session } from '../../../../../client/src/features/auth/session.svelte.ts';
import { FakeApi } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import { aChat, aConfig, aMe, aWholeChat } from '../../../support/factories.ts';
import WithSidebar from './WithSidebar.svelte';

let api: FakeApi;
let socket: FakeSocket;
let dialogs: Dialogs;
let stored: ChatSummary[];
const person = userEvent.setup();
/** jsdom has no layout, so menus are never positioned and stay invisible. */
const hidden = true;

async function renderSidebar({
  administer = false,
  share = true,
  start = true,
  pendingCount = 0,
} = {}): Promise<void> {
  api
    .on('GET /config', () => aConfig())
    .on('GET /me', () => ({
      ...aMe(administer ? { role: 'admin' } : {}, { administer, share }),
      pendingCount,
    }))
    .on('GET /chats', ({ query }) => ({
      items: stored.filter(
        ({ pinned, title }) =>
          String(pinned) === (query['pinned'] ?? String(pinned)) && title.includes(query['query'] ?? ''),
      ),
      nextCursor: null,
    }));
  const session = new Session({ socket, onEnded: jest.fn() });
  if (start) await session.start();
  const chats = new ChatList(socket);
  chats.start();
  render(WithSidebar, { session, chats, dialogs });
  await waitFor(() => expect(chats.loaded || chats.error !== null).toBe(true));
}
const row = (title: string): HTMLElement =>
  screen.getByRole('link', { name: new RegExp(title) }).closest('li')!;
const openMenu = async (title: string): Promise<void> => {
  await person.click(within(row(title)).getByRole('button', { name: `Actions for “${title}”` }));
  await screen.findByRole('menu', { hidden });
};
const entries = (): HTMLElement[] => screen.getAllByRole('menuitem', { hidden });
const names = (): string[] => entries().map(({ textContent }) => textContent.trim());
const entry = (name: string): HTMLElement | undefined => entries()[names().indexOf(name)];

beforeEach(() => {
  api = new FakeApi();
  socket = new FakeSocket();
  dialogs = new Dialogs();
  const updatedAt = new Date().toISOString();
  stored = [
    aChat({ id: 'heat', title: 'Heat', shared: true, updatedAt }),
    aChat({ id: 'cold', title: 'Cold', updatedAt }),
    aChat({ id: 'kept', title: 'Kept', pinned: true, updatedAt }),
  ];
});

describe('Sidebar', () => {
  test('shows an error when the chats cannot be read, and can try again', async () => {
    api.offline = true;
    await renderSidebar({ start: false });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Couldn’t load your chats');
    api.offline = false;
    await person.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'Cold' })).toBeTruthy();
  });

  test('hides Share without the permission, and the Admin Panel from members', async () => {
    await renderSidebar({ share: false });
    await openMenu('Cold');
    expect(names()).toEqual(['Rename', 'Pin', 'Archive', 'Download', 'Delete']);
    await person.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('menu', { hidden })).toBeNull());
    await person.click(screen.getByRole('button', { name: /Ada Lovelace/ }));
    await screen.findByRole('menu', { hidden });
    expect(entry('Sign out')).toBeDefined();
    expect(entry('Admin Panel')).toBeUndefined();
  });

  test('shows the Admin Panel to admins', async () => {
    await renderSidebar({ administer: true });
    await person.click(screen.getByRole('button', { name: /Ada Lovelace/ }));
    await screen.findByRole('menu', { hidden });
    expect(entry('Admin Panel')?.getAttribute('href')).toBe('/admin/users');
  });

  test('lists pinned chats first, under their own heading', async () => {
    await renderSidebar();
    const lists = screen.getAllByRole('list').map((list) => list.getAttribute('aria-label'));
    expect(lists).toEqual(['Pinned', 'Today']);
    expect(within(screen.getByRole('list', { name: 'Pinned' })).getAllByRole('link')).toHaveLength(1);
  });

  test('marks shared chats, also for screen readers', async () => {
    await renderSidebar();
    expect(screen.getByRole('link', { name: 'Heat Shared by link' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Cold' })).toBeTruthy();
  });

  test('opens the Share dialog of the chat from its menu', async () => {
    await renderSidebar();
    await openMenu('Cold');
    await person.click(entry('Share')!);
    await waitFor(() => expect(dialogs.current).toEqual({ name: 'share', chatId: 'cold' }));
  });

  test('downloads a chat with a plain link', async () => {
    await renderSidebar();
    await openMenu('Cold');
    expect(entry('Download')?.getAttribute('href')).toBe('/api/v1/chats/cold/export?format=json');
    expect(entry('Download')?.hasAttribute('download')).toBe(true);
  });

  test('renames in place on Enter, and cancels on Escape', async () => {
    await renderSidebar();
    api.on('PATCH /chats/:id', ({ body }) => aWholeChat({ ...stored[1], ...(body as object) }));
    await openMenu('Cold');
    await person.click(entry('Rename')!);
    const field = await screen.findByRole('textbox', { name: 'New title for “Cold”' });
    await waitFor(() => expect(document.activeElement).toBe(field));
    await person.keyboard('Nothing{Escape}');
    expect(await screen.findByRole('link', { name: 'Cold' })).toBeTruthy();
    await openMenu('Cold');
    await person.click(entry('Rename')!);
    await waitFor(() => expect(document.activeElement?.tagName).toBe('INPUT'));
    await person.keyboard('Colder{Enter}');
    const renamed = await screen.findByRole('link', { name: 'Colder' });
    await waitFor(() => expect(document.activeElement).toBe(renamed));
    expect(api.requestsTo('PATCH /chats/:id').map(({ body }) => body)).toEqual([{ title: 'Colder' }]);
  });

  test('has one tab stop, and the arrow keys move between chats', async () => {
    await renderSidebar();
    screen.getByRole('link', { name: 'Kept' }).focus();
    await person.keyboard('{ArrowDown}{ArrowDown}');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('link', { name: 'Cold' })));
    const tabStops = screen
      .getAllByRole('link', { name: /Heat|Cold|Kept/ })
      .filter(({ tabIndex }) => tabIndex === 0);
    expect(tabStops.map(({ textContent }) => textContent.trim())).toEqual(['Cold']);
    await person.keyboard('{Home}');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('link', { name: 'Kept' })));
  });

  test('keeps the focus on the menu button of a chat that is pinned', async () => {
    await renderSidebar();
    api.on('PATCH /chats/:id', ({ body }) => aWholeChat({ ...stored[1], ...(body as object) }));
    await openMenu('Cold');
    await person.click(entry('Pin')!);
    const pinned = screen.getByRole('list', { name: 'Pinned' });
    const button = await within(pinned).findByRole('button', { name: 'Actions for “Cold”' });
    await waitFor(() => expect(document.activeElement).toBe(button));
  });

  test('opens the list of shortcuts from the account menu', async () => {
    await renderSidebar();
    await person.click(screen.getByRole('button', { name: /Ada Lovelace/ }));
    await screen.findByRole('menu', { hidden });
    await person.click(entries().find(({ textContent }) => textContent.includes('Keyboard shortcuts'))!);
    await waitFor(() => expect(dialogs.current).toEqual({ name: 'shortcuts' }));
  });

  test('announces the number of search results, and shows an empty state without results', async () => {
    await renderSidebar();
    const search = screen.getByRole('textbox', { name: 'Search chats' });
    await person.type(search, 'Heat{Enter}');
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('1 chat found'));
    await person.clear(search);
    await person.type(search, 'Nothing{Enter}');
    await waitFor(() => expect(screen.getByText(/Nothing in your titles/)).toBeTruthy());
  });

  test('shows admins how many people wait for approval, at the avatar and at the Admin Panel, live', async () => {
    await renderSidebar({ administer: true, pendingCount: 1 });
    const button = screen.getByRole('button', { name: /^Account/ });
    expect(button.textContent).toContain('1 person is waiting for approval');
    socket.deliver('users:pending', { count: 2 });
    await waitFor(() => expect(button.textContent).toContain('2 people are waiting for approval'));
    await person.click(button);
    await screen.findByRole('menu', { hidden });
    const panel = entries().find(({ textContent }) => textContent.includes('Admin Panel'));
    expect(panel?.textContent).toContain('2 people are waiting for approval');
    socket.deliver('users:pending', { count: 0 });
    await waitFor(() => expect(button.textContent).not.toContain('waiting'));
  });
});
