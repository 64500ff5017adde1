import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import type { SessionInfo } from '#shared/auth';
import type { OwnUsage } from '#shared/usage';
import { Session } from '../../../../../client/src/features/auth/session.svelte.ts';
import AccountSection from '../../../../../client/src/features/settings/personal/AccountSection.svelte';
import { toast } from '../../../../../client/src/ui/overlay/toast.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import InSession from '../../../support/InSession.svelte';
import { aConfig, aMe, aSession } from '../../../support/factories.ts';

let api: FakeApi;
let sessions: SessionInfo[];
let storage: OwnUsage['storage'];
const user = userEvent.setup();
const field = (label: string): HTMLInputElement => screen.getByLabelText(label);

beforeEach(async () => {
  toast.reset();
  storage = null;
  sessions = [
    aSession({ id: 'phone', system: 'Android', browser: 'Chrome', address: '192.0.2.7' }),
    aSession({ id: 'here', current: true }),
  ];
  api = new FakeApi()
    .on('GET /config', () => aConfig())
    .on('GET /me', () => aMe())
    .on('GET /me/usage', () => ({ storage }))
    .on('GET /me/sessions', () => ({ items: sessions }));
  const session = new Session({ socket: new FakeSocket(), onEnded: jest.fn() });
  await session.start();
  render(InSession, { session, of: AccountSection });
});

describe('PasswordForm', () => {
  test('sends nothing while the new password is too short or the current one is missing', async () => {
    await user.type(field('New password'), 'short{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('Current password')));
    expect(field('New password').getAttribute('aria-invalid')).toBe('true');
    expect(api.requestsTo('POST /me/password')).toEqual([]);
  });

  test('shows a wrong current password at its field', async () => {
    api.on('POST /me/password', () => {
      throw new Refusal(400, 'invalid_request', 'Current password is wrong.');
    });
    await user.type(field('Current password'), 'wrong horse');
    await user.type(field('New password'), 'correct horse{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('Current password')));
    expect(screen.getByText('Current password is wrong.')).toBeTruthy();
    expect(field('New password').value).toBe('correct horse');
  });

  test('shows at the new password that it is too common', async () => {
    api.on('POST /me/password', () => {
      throw new Refusal(400, 'password_common', 'This password is too common.');
    });
    await user.type(field('Current password'), 'correct horse');
    await user.type(field('New password'), 'password1{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('New password')));
    expect(screen.getByText('This password is too common.')).toBeTruthy();
  });

  test('clears both fields after the change', async () => {
    api.on('POST /me/password', () => undefined);
    await user.type(field('Current password'), 'correct horse');
    await user.type(field('New password'), 'battery staple{Enter}');
    await waitFor(() => expect(toast.shown).toHaveLength(1));
    expect([field('Current password').value, field('New password').value]).toEqual(['', '']);
    expect(api.requestsTo('POST /me/password')[0]?.body).toEqual({
      currentPassword: 'correct horse',
      newPassword: 'battery staple',
    });
  });
});

describe('NameForm', () => {
  test('refuses an empty name', async () => {
    await user.clear(field('Name'));
    await user.type(field('Name'), ' {Enter}');
    expect(await screen.findByText('Enter your name.')).toBeTruthy();
    expect(api.requestsTo('PATCH /me')).toEqual([]);
  });

  test('saves only a changed name', async () => {
    api.on('PATCH /me', ({ body }) => aMe(body as { name: string }));
    const save = screen.getByRole('button', { name: 'Save' });
    await user.click(save);
    expect(api.requestsTo('PATCH /me')).toEqual([]);
    await user.type(field('Name'), ' King');
    await user.click(save);
    await waitFor(() => expect(save.getAttribute('aria-disabled')).toBe('true'));
    expect(document.activeElement).toBe(save);
    expect(api.requestsTo('PATCH /me')[0]?.body).toEqual({ name: 'Ada Lovelace King' });
  });
});

describe('SessionList', () => {
  const rows = () =>
    screen.getAllByRole('listitem').map(({ textContent }) => textContent.replace(/\s+/g, ' '));

  test('lists this device first, without a button to sign it out', async () => {
    await screen.findByText('Chrome on Android');
    expect(rows()[0]).toContain('Firefox on Windows This device');
    expect(rows()[1]).toContain('Chrome on Android 192.0.2.7 · active');
    expect(screen.getAllByRole('button', { name: /^Sign out .*, / })).toHaveLength(1);
  });

  test('signs out one device and moves the focus to the list', async () => {
    api.on('DELETE /me/sessions/:id', () => undefined);
    await user.click(await screen.findByRole('button', { name: 'Sign out Chrome on Android, 192.0.2.7' }));
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(api.requestsTo('DELETE /me/sessions/:id')[0]?.params).toEqual({ id: 'phone' });
    await waitFor(() => expect(document.activeElement?.textContent).toContain('Signed-in devices'));
    expect(screen.queryByRole('button', { name: 'Sign out everywhere else' })).toBeNull();
  });

  test('a device that has signed out meanwhile disappears without an error', async () => {
    api.on('DELETE /me/sessions/:id', () => {
      throw new Refusal(404, 'not_found', 'This session has ended.');
    });
    await user.click(await screen.findByRole('button', { name: 'Sign out Chrome on Android, 192.0.2.7' }));
    await waitFor(() => expect(rows()).toHaveLength(1));
  });

  test('signs out everywhere else', async () => {
    api.on('DELETE /me/sessions', () => {
      sessions = [aSession({ id: 'renewed', current: true })];
      return undefined;
    });
    await user.click(await screen.findByRole('button', { name: 'Sign out everywhere else' }));
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(screen.getByText('You are signed in only here.')).toBeTruthy();
    expect(toast.shown.map(({ message }) => message)).toEqual(['Signed out everywhere else']);
  });

  test('a failed sign-out keeps the device in the list', async () => {
    api.on('DELETE /me/sessions/:id', () => {
      throw new Refusal(503, 'unavailable', 'Try again.');
    });
    await user.click(await screen.findByRole('button', { name: 'Sign out Chrome on Android, 192.0.2.7' }));
    await waitFor(() => expect(toast.shown).toHaveLength(1));
    expect(rows()).toHaveLength(2);
  });
});
