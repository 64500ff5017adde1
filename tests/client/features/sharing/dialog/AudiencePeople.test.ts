import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import type { Session } from '../../../../../client/src/features/auth/session.svelte.ts';
import { toast } from '../../../../../client/src/ui/overlay/toast.svelte.ts';
import { aUser } from '../../../support/factories.ts';
import { FakeApi } from '../../../support/fakeApi.ts';
import AudienceFrame from './AudienceFrame.svelte';

const people = ['Bob', 'Bobby', 'Grace'].map((name) => ({
  id: name.toLowerCase(),
  name,
  email: `${name.toLowerCase()}@example.org`,
}));
const session = { user: aUser({ id: 'bobby' }) } as Session;
const person = userEvent.setup();

let api: FakeApi;
let onchange: jest.Mock<(userIds: string[]) => void>;

beforeEach(() => {
  api = new FakeApi().on('GET /people', ({ query: { query = '' } }) => ({
    items: people.filter(({ id }) => id.includes(query)),
    nextCursor: null,
  }));
  onchange = jest.fn();
});
afterEach(() => toast.reset());

const show = (userIds: string[] = []) => render(AudienceFrame, { session, userIds, onchange });
const field = () => screen.getByRole<HTMLInputElement>('combobox', { name: 'Find people by name or email' });

describe('finding people', () => {
  test('reports a search that fails', async () => {
    show();
    api.offline = true;
    await person.type(field(), 'bo');
    await waitFor(() => expect(toast.shown.map(({ tone }) => tone)).toEqual(['danger']));
  });

  test('says that no one was found, and leaves out oneself and people who were added', async () => {
    show(['bob']);
    await person.type(field(), 'bo');
    await screen.findByText('No one found.');
    expect(screen.queryByRole('option')).toBeNull();
  });

  test('Enter adds the first hit, clears the field and keeps the focus in it', async () => {
    show();
    await person.type(field(), 'b');
    await screen.findByRole('option', { name: /Bob/ });
    await person.keyboard('{Enter}');
    expect(onchange).toHaveBeenLastCalledWith(['bob']);
    await waitFor(() => expect(field().value).toBe(''));
    expect(document.activeElement).toBe(field());
    expect(screen.queryByRole('option')).toBeNull();
    await person.keyboard('grace');
    await screen.findByRole('option', { name: /Grace/ });
    await person.keyboard('{Enter}');
    expect(onchange).toHaveBeenLastCalledWith(['bob', 'grace']);
  });

  test('Escape clears the search', async () => {
    show();
    await person.type(field(), 'grace');
    await screen.findByRole('option', { name: /Grace/ });
    await person.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('option')).toBeNull());
    expect([field().value, onchange.mock.calls]).toEqual(['', []]);
  });
});

test('people of the link are shown by name and can be removed', async () => {
  show(['bob', 'grace']);
  await person.click(await screen.findByRole('button', { name: 'Remove Bob' }));
  expect(onchange).toHaveBeenLastCalledWith(['grace']);
});

test('without people, the field says that only the owner can open the link', () => {
  show();
  expect(screen.getByText('Add people. Until then only you can open the link.')).toBeTruthy();
});
