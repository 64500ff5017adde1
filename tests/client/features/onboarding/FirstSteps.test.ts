import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { Session } from '../../../../client/src/features/auth/session.svelte.ts';
import FirstSteps from '../../../../client/src/features/onboarding/FirstSteps.svelte';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';
import { aConfig, aConnection, aManagedUser, aUser, rights } from '../../support/factories.ts';
import InSession from '../../support/InSession.svelte';

let api: FakeApi;
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const title = (): HTMLElement | null => screen.queryByRole('heading', { name: 'Set up Parley' });

async function steps({ administer = true } = {}): Promise<void> {
  api
    .on('GET /config', () => aConfig())
    .on('GET /me', () => ({ user: aUser(), permissions: rights({ administer }) }));
  const session = new Session({ socket: new FakeSocket(), onEnded: jest.fn() });
  await session.start();
  render(InSession, { session, of: FirstSteps });
  await settled();
}

beforeEach(() => {
  localStorage.clear();
  api = new FakeApi()
    .on('GET /admin/connections', () => ({ items: [] }))
    .on('GET /admin/users', () => ({ items: [aManagedUser()], nextCursor: null, pendingCount: 0 }))
    .on('GET /shared-links', () => ({ items: [], nextCursor: null, total: 0 }));
});

describe('the first steps', () => {
  test('are not for members, who are not even asked about', async () => {
    await steps({ administer: false });
    expect(title()).toBeNull();
    expect(api.to('GET /admin/users')).toEqual([]);
  });

  test('are left away when it cannot be told how far one is', async () => {
    api.on('GET /shared-links', () => {
      throw new Refusal(503, 'unavailable');
    });
    await steps();
    expect(title()).toBeNull();
  });

  test('are three for the first admin, and those that are done are ticked', async () => {
    api.on('GET /admin/connections', () => ({ items: [aConnection()] }));
    await steps();
    expect(screen.getAllByRole('listitem').map((step) => step.textContent.includes('(Done)'))).toEqual([
      true,
      false,
      false,
    ]);
    expect(screen.queryByRole('link', { name: 'Add a connection' })).toBeNull();
  });

  test('do not count a connection that is switched off', async () => {
    api.on('GET /admin/connections', () => ({ items: [aConnection({ enabled: false })] }));
    await steps();
    expect(screen.getByRole('link', { name: 'Add a connection' }).getAttribute('href')).toBe(
      '/admin/settings/connections',
    );
  });

  test('can be put away for good', async () => {
    await steps();
    await userEvent.click(screen.getByRole('button', { name: 'Hide these steps' }));
    await waitFor(() => expect(title()).toBeNull());
    await steps();
    expect(title()).toBeNull();
  });
});
