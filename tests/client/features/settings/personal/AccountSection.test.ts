import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { Session } from '../../../../../client/src/features/auth/session.svelte.ts';
import AccountSection from '../../../../../client/src/features/settings/personal/AccountSection.svelte';
import { toast } from '../../../../../client/src/ui/overlay/toast.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { FakeSocket } from '../../../support/fakeSocket.ts';
import InSession from '../../../support/InSession.svelte';
import { aConfig, aMe } from '../../../support/factories.ts';

let api: FakeApi;
const user = userEvent.setup();
const field = (label: string): HTMLInputElement => screen.getByLabelText(label);

beforeEach(async () => {
  toast.reset();
  api = new FakeApi().on('GET /config', () => aConfig()).on('GET /me', () => aMe());
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
