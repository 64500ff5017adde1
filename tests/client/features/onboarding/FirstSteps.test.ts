import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { Session } from '../../../../client/src/features/auth/session.svelte.ts';
import FirstSteps from '../../../../client/src/features/onboarding/FirstSteps.svelte';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';
import { aConfig, aConnection, aManagedUser, aMe } from '../../support/factories.ts';
import InSession from '../../support/InSession.svelte';
import { settle } from '../../support/settle.ts';

let api: FakeApi;
const title = (): HTMLElement | null => screen.queryByRole('heading', { name: 'Set up Parley' });

async function renderSteps({ administer = true } = {}): Promise<void> {
  api.on('GET /config', () => aConfig()).on('GET /me', () => aMe({}, { administer }));
  const session = new Session({ socket: new FakeSocket(), onEnded: jest.fn() });
  await session.start();
  render(InSession, { session, of: FirstSteps });
  await settle();
}

beforeEach(() => {
  localStorage.clear();
  api = new FakeApi()
    .on('GET /admin/connections', () => ({ items: [] }))
    .on('GET /admin/users', () => ({ items: [aManagedUser()], nextCursor: null, pendingCount: 0 }))
    .on('GET /shared-links', () => ({ items: [], nextCursor: null, total: 0 }));
});

describe('FirstSteps', () => {
  test('members see no steps, and no data is requested', async () => {
    await renderSteps({ administer: false });
    expect(title()).toBeNull();
    expect(api.requestsTo('GET /admin/users')).toEqual([]);
  });

  test('no steps are shown when the data cannot be loaded', async () => {
    api.on('GET /shared-links', () => {
      throw new Refusal(503, 'unavailable');
    });
    await renderSteps();
    expect(title()).toBeNull();
  });

  test('an admin sees three steps, and those that are done are marked', async () => {
    api.on('GET /admin/connections', () => ({ items: [aConnection()] }));
    await renderSteps();
    expect(screen.getAllByRole('listitem').map((step) => step.textContent.includes('(Done)'))).toEqual([
      true,
      false,
      false,
    ]);
    expect(screen.queryByRole('link', { name: 'Add connection' })).toBeNull();
  });

  test('a disabled connection does not count', async () => {
    api.on('GET /admin/connections', () => ({ items: [aConnection({ enabled: false })] }));
    await renderSteps();
    expect(screen.getByRole('link', { name: 'Add connection' }).getAttribute('href')).toBe(
      '/admin/settings/connections',
    );
  });

  test('the steps stay hidden after they are dismissed', async () => {
    await renderSteps();
    await userEvent.click(screen.getByRole('button', { name: 'Hide these steps' }));
    await waitFor(() => expect(title()).toBeNull());
    await renderSteps();
    expect(title()).toBeNull();
  });
});
