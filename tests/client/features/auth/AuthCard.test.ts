import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { Session } from '../../../../client/src/features/auth/session.svelte.ts';
import { t } from '../../../../client/src/i18n/t.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';
import { aConfig, aMe, aUser } from '../../support/factories.ts';
import AuthCard from '../../../../client/src/features/auth/AuthCard.svelte';
import InSession from '../../support/InSession.svelte';

let api: FakeApi;
let session: Session;
const user = userEvent.setup();

async function renderCard(config = aConfig()): Promise<void> {
  api.on('GET /config', () => config);
  session = new Session({ socket: new FakeSocket(), onEnded: jest.fn() });
  await session.start();
  render(InSession, { session, of: AuthCard });
}
const field = (label: string): HTMLInputElement => screen.getByLabelText(label);

beforeEach(() => {
  api = new FakeApi().on('GET /me', () => {
    throw new Refusal(401, 'unauthenticated');
  });
});

describe('AuthCard', () => {
  test('sends nothing while a field is missing, and focuses that field', async () => {
    await renderCard();
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(field('Email').getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(field('Email'));
    await user.keyboard('ada@example.org{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('Password')));
    expect(api.requestsTo('POST /auth/sign-in')).toEqual([]);
  });

  test('keeps the email and marks the password after wrong credentials', async () => {
    await renderCard();
    api.on('POST /auth/sign-in', () => {
      throw new Refusal(401, 'wrong_credentials', 'Wrong email or password.');
    });
    await user.type(field('Email'), 'ada@example.org');
    await user.type(field('Password'), 'wrong{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('Password')));
    const described = document.getElementById(field('Password').getAttribute('aria-describedby') ?? '');
    expect(described?.textContent.trim()).toBe('Wrong email or password.');
    expect(field('Email').value).toBe('ada@example.org');
  });

  test('shows at the email field that the email cannot be used', async () => {
    await renderCard();
    api.on('POST /auth/sign-up', () => {
      throw new Refusal(409, 'email_taken', 'This email address cannot be used.');
    });
    await user.click(screen.getByRole('button', { name: 'Create one' }));
    await user.type(field('Name'), 'Ada');
    await user.type(field('Email'), 'ada@example.org');
    await user.type(field('Password'), 'correct horse{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('Email')));
    expect(screen.getByText('This email address cannot be used.')).toBeTruthy();
  });

  test('announces an error that belongs to no field', async () => {
    await renderCard();
    await user.type(field('Email'), 'ada@example.org');
    api.offline = true;
    await user.type(field('Password'), 'correct horse{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain(t('common.offline'));
  });

  test('offers no sign-up while it is closed, and names whom to ask', async () => {
    await renderCard(aConfig({ signUp: 'closed' }));
    expect(screen.queryByRole('button', { name: 'Create one' })).toBeNull();
    expect(screen.getByText(/Ask an admin for an account/)).toBeTruthy();
  });

  test('offers only the admin account on a new instance', async () => {
    await renderCard(aConfig({ firstRun: true }));
    expect(screen.getByRole('heading').textContent).toBe('Create the admin account');
    expect(screen.queryByText(/Already have an account/)).toBeNull();
  });

  test('keeps the typed values when the mode changes', async () => {
    await renderCard();
    await user.type(field('Email'), 'ada@example.org');
    await user.click(screen.getByRole('button', { name: 'Create one' }));
    expect(field('Email').value).toBe('ada@example.org');
    await waitFor(() => expect(document.activeElement).toBe(field('Name')));
  });

  test('supports password managers and reveals the password on request', async () => {
    await renderCard();
    expect(field('Email').autocomplete).toBe('username');
    expect(field('Password').autocomplete).toBe('current-password');
    expect(field('Password').type).toBe('password');
    await user.click(screen.getByRole('button', { name: 'Show password' }));
    expect(field('Password').type).toBe('text');
    await user.click(screen.getByRole('button', { name: 'Create one' }));
    expect(field('Password').autocomplete).toBe('new-password');
  });

  test('signs in once when Enter is pressed twice', async () => {
    await renderCard();
    api.on('POST /auth/sign-in', () => ({ user: aUser() }));
    api.on('GET /me', () => aMe());
    await user.type(field('Email'), ' ada@example.org ');
    await user.type(field('Password'), ' correct horse {Enter}{Enter}');
    await waitFor(() => expect(session.status).toBe('member'));
    expect(api.requestsTo('POST /auth/sign-in').map(({ body }) => body)).toEqual([
      { email: 'ada@example.org', password: ' correct horse ' },
    ]);
  });

  test('says whom to ask about a forgotten password, but not to people without an account', async () => {
    await renderCard(aConfig({ name: 'Acme chat' }));
    expect(screen.getByText('Forgot your password?')).toBeTruthy();
    expect(screen.getByText('Ask an admin of Acme chat for a reset link.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Create one' }));
    expect(screen.queryByText('Forgot your password?')).toBeNull();
  });
});
