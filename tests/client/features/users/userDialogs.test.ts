import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import type { ManagedUser } from '#shared/users';
import UserDialogHost from '../../../../client/src/features/users/UserDialogHost.svelte';
import { UserDialogs } from '../../../../client/src/features/users/userDialogs.svelte.ts';
import { Users } from '../../../../client/src/features/users/users.svelte.ts';
import { toast } from '../../../../client/src/ui/overlay/toast.svelte.ts';
import { aManagedUser } from '../../support/factories.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';

const grace = aManagedUser({ id: 'grace', name: 'Grace Hopper' });
const expiresAt = '2030-01-02T03:04:05.000Z';
const link = { url: 'https://chat.example/auth/password#token', expiresAt };
const person = userEvent.setup();
let api: FakeApi;
let users: Users;
let dialogs: UserDialogs;
let stored: ManagedUser[];
const ondeleted = jest.fn();

beforeEach(async () => {
  toast.reset();
  ondeleted.mockClear();
  stored = [grace];
  api = new FakeApi().on('GET /admin/users', () => ({ items: stored, nextCursor: null, pendingCount: 0 }));
  users = new Users();
  await users.list.load();
  dialogs = new UserDialogs();
  render(UserDialogHost, { dialogs, users, ondeleted });
});

const button = (name: string): HTMLElement => screen.getByRole('button', { name });
const linkField = async (): Promise<HTMLInputElement> => screen.findByLabelText('One-time link');

describe('adding a user', () => {
  beforeEach(async () => {
    dialogs.open({ name: 'add' });
    await screen.findByRole('dialog', { name: 'Add user' });
  });

  test('sends nothing while a field is missing, and focuses it', async () => {
    await person.click(button('Create invitation'));
    expect(document.activeElement).toBe(screen.getByLabelText('Name'));
    await person.type(screen.getByLabelText('Name'), 'Ada');
    await person.type(screen.getByLabelText('Email'), 'ada');
    await person.click(button('Create invitation'));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Email')));
    expect(api.requestsTo('POST /admin/users')).toEqual([]);
  });

  test('shows at the email that it is taken', async () => {
    api.on('POST /admin/users', () => {
      throw new Refusal(409, 'email_taken', 'Someone has this email address.');
    });
    await person.type(screen.getByLabelText('Name'), 'Ada');
    await person.type(screen.getByLabelText('Email'), 'ada@example.org');
    await person.click(button('Create invitation'));
    expect(await screen.findByText('Someone has this email address.')).toBeTruthy();
    expect(screen.getByLabelText('Email').getAttribute('aria-invalid')).toBe('true');
  });

  test('shows the invitation, selected, and adds the account to the list', async () => {
    const ada = aManagedUser({ id: 'ada', invited: true });
    api.on('POST /admin/users', () => {
      stored = [ada, grace];
      return { user: ada, inviteUrl: link.url, expiresAt };
    });
    await person.type(screen.getByLabelText('Name'), ' Ada ');
    await person.type(screen.getByLabelText('Email'), ' ada@example.org ');
    await person.click(button('Create invitation'));
    const field = await linkField();
    expect(field.value).toBe(link.url);
    await waitFor(() => expect(document.activeElement).toBe(field));
    expect(api.requestsTo('POST /admin/users').map(({ body }) => body)).toEqual([
      { name: 'Ada', email: 'ada@example.org', role: 'user' },
    ]);
    await waitFor(() => expect(users.list.items.map(({ id }) => id)).toEqual(['ada', 'grace']));
  });
});

describe('resetting a password', () => {
  test('creates the link only when asked to, and shows a refusal', async () => {
    dialogs.open({ name: 'resetPassword', user: grace });
    await screen.findByRole('dialog', { name: 'Reset the password of Grace Hopper?' });
    expect(api.requestsTo('POST /admin/users/:id/reset-link')).toEqual([]);
    api.on('POST /admin/users/:id/reset-link', () => {
      throw new Refusal(422, 'deactivated', 'This account is deactivated.');
    });
    await person.click(button('Create link'));
    await waitFor(() =>
      expect(toast.shown.map(({ message }) => message)).toEqual(['This account is deactivated.']),
    );
    api.on('POST /admin/users/:id/reset-link', () => link);
    await person.click(button('Create link'));
    expect((await linkField()).value).toBe(link.url);
    await person.click(button('Done'));
    expect(dialogs.current).toBeNull();
  });

  test('offers a new invitation to someone who has not joined', async () => {
    dialogs.open({ name: 'resetPassword', user: { ...grace, invited: true } });
    await screen.findByRole('dialog', { name: 'New invitation for Grace Hopper?' });
  });
});

describe('deleting a user', () => {
  beforeEach(async () => {
    dialogs.open({ name: 'delete', user: grace });
    await screen.findByRole('alertdialog', { name: 'Delete Grace Hopper?' });
  });
  const option = (name: RegExp): HTMLInputElement => screen.getByRole('radio', { name });
  const sent = (): unknown[] => api.requestsTo('DELETE /admin/users/:id').map(({ body }) => body);

  test('deletes chats and revokes links by default, and removes the row', async () => {
    api.on('DELETE /admin/users/:id', () => undefined);
    expect(option(/^Keep, paused/).disabled).toBe(true);
    await person.click(button('Delete'));
    await waitFor(() => expect(ondeleted).toHaveBeenCalledTimes(1));
    expect(sent()).toEqual([{ chats: 'delete', links: 'revoke' }]);
    expect([users.list.items, dialogs.current]).toEqual([[], null]);
  });

  test('never keeps links of deleted chats', async () => {
    api.on('DELETE /admin/users/:id', () => undefined);
    await person.click(option(/^Keep Stored/));
    await person.click(option(/^Keep, paused/));
    await person.click(option(/^Delete All/));
    expect(option(/^Revoke/).checked).toBe(true);
    await person.click(option(/^Keep Stored/));
    await person.click(button('Delete'));
    await waitFor(() => expect(sent()).toEqual([{ chats: 'keep', links: 'keep' }]));
  });

  test('keeps the row and stays open when the server refuses', async () => {
    api.on('DELETE /admin/users/:id', () => {
      throw new Refusal(422, 'last_admin', 'This is the last active admin.');
    });
    await person.click(button('Delete'));
    await waitFor(() => expect(toast.shown).toHaveLength(1));
    expect([users.list.items, dialogs.current?.name]).toEqual([[grace], 'delete']);
    expect(ondeleted).not.toHaveBeenCalled();
  });
});
