import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { Session } from '../../../../client/src/features/auth/session.svelte.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';
import { aConfig, aUser, rights } from '../../support/factories.ts';
import AuthCard from '../../../../client/src/features/auth/AuthCard.svelte';
import InSession from '../../support/InSession.svelte';

let api: FakeApi;
let session: Session;
const person = userEvent.setup();

async function cardOn(config = aConfig()): Promise<void> {
  api.on('GET /config', () => config);
  session = new Session({ socket: new FakeSocket(), ended: jest.fn() });
  await session.start();
  render(InSession, { session, of: AuthCard });
}
const field = (label: string): HTMLInputElement => screen.getByLabelText(label);

beforeEach(() => {
  api = new FakeApi().on('GET /me', () => {
    throw new Refusal(401, 'unauthenticated');
  });
});

describe('the sign-in card', () => {
  test('sends nothing while something is missing, and leads to it', async () => {
    await cardOn();
    await person.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(field('E-mail').getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(field('E-mail'));
    await person.keyboard('ada@example.org{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('Password')));
    expect(api.to('POST /auth/sign-in')).toEqual([]);
  });

  test('keeps the address and marks the password after a wrong one', async () => {
    await cardOn();
    api.on('POST /auth/sign-in', () => {
      throw new Refusal(401, 'wrong_credentials', 'E-mail or password is not right.');
    });
    await person.type(field('E-mail'), 'ada@example.org');
    await person.type(field('Password'), 'wrong{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('Password')));
    const described = document.getElementById(field('Password').getAttribute('aria-describedby') ?? '');
    expect(described?.textContent.trim()).toBe('E-mail or password is not right.');
    expect(field('E-mail').value).toBe('ada@example.org');
  });

  test('says at the address that it has an account already', async () => {
    await cardOn();
    api.on('POST /auth/sign-up', () => {
      throw new Refusal(409, 'email_taken', 'This e-mail address cannot be used.');
    });
    await person.click(screen.getByRole('button', { name: 'Create one' }));
    await person.type(field('Name'), 'Ada');
    await person.type(field('E-mail'), 'ada@example.org');
    await person.type(field('Password'), 'correct horse{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(field('E-mail')));
    expect(screen.getByText('This e-mail address cannot be used.')).toBeTruthy();
  });

  test('announces what no field is to blame for', async () => {
    await cardOn();
    await person.type(field('E-mail'), 'ada@example.org');
    api.offline = true;
    await person.type(field('Password'), 'correct horse{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('Can’t reach the server');
  });

  test('offers no account where sign-up is closed, and says whom to ask', async () => {
    await cardOn(aConfig({ signUp: 'closed' }));
    expect(screen.queryByRole('button', { name: 'Create one' })).toBeNull();
    expect(screen.getByText(/ask an admin/)).toBeTruthy();
  });

  test('makes the admin account, and nothing else, on a new instance', async () => {
    await cardOn(aConfig({ firstRun: true }));
    expect(screen.getByRole('heading').textContent).toBe('Create the admin account');
    expect(screen.queryByText(/Have an account/)).toBeNull();
  });

  test('keeps what was typed when it turns into the other form', async () => {
    await cardOn();
    await person.type(field('E-mail'), 'ada@example.org');
    await person.click(screen.getByRole('button', { name: 'Create one' }));
    expect(field('E-mail').value).toBe('ada@example.org');
    await waitFor(() => expect(document.activeElement).toBe(field('Name')));
  });

  test('helps password managers and lets the password be seen', async () => {
    await cardOn();
    expect(field('E-mail').autocomplete).toBe('username');
    expect(field('Password').autocomplete).toBe('current-password');
    expect(field('Password').type).toBe('password');
    await person.click(screen.getByRole('button', { name: 'Show the password' }));
    expect(field('Password').type).toBe('text');
    await person.click(screen.getByRole('button', { name: 'Create one' }));
    expect(field('Password').autocomplete).toBe('new-password');
  });

  test('signs in, once however often Enter is pressed', async () => {
    await cardOn();
    api.on('POST /auth/sign-in', () => ({ user: aUser() }));
    api.on('GET /me', () => ({ user: aUser(), permissions: rights() }));
    await person.type(field('E-mail'), ' ada@example.org ');
    await person.type(field('Password'), ' correct horse {Enter}{Enter}');
    await waitFor(() => expect(session.standing).toBe('member'));
    expect(api.to('POST /auth/sign-in').map(({ body }) => body)).toEqual([
      { email: 'ada@example.org', password: ' correct horse ' },
    ]);
  });
});
