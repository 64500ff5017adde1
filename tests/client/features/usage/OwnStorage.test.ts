import { beforeEach, expect, test } from '@jest/globals';
import { screen } from '@testing-library/dom';
import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import type { OwnUsage } from '#shared/usage';
import OwnStorage from '../../../../client/src/features/usage/OwnStorage.svelte';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { settle } from '../../support/settle.ts';

let api: FakeApi;
let storage: OwnUsage['storage'];
beforeEach(() => {
  api = new FakeApi().on('GET /me/usage', () => ({ storage }));
});

test('nothing is shown when the instance sets no limit', async () => {
  storage = null;
  const { container } = render(OwnStorage);
  await settle();
  expect(container.textContent.trim()).toBe('');
});

test('the used part of the limit is shown', async () => {
  storage = { bytes: 1_500_000, limitBytes: 100_000_000 };
  render(OwnStorage);
  expect(await screen.findByText('1.5 MB of 100 MB')).toBeTruthy();
  expect(screen.getByRole('progressbar', { name: 'Storage' }).getAttribute('aria-valuenow')).toBe('2');
});

test('a full storage is said in words', async () => {
  storage = { bytes: 101_000_000, limitBytes: 100_000_000 };
  render(OwnStorage);
  expect(await screen.findByText(/Your storage is full/)).toBeTruthy();
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('100');
});

test('a failure is shown and can be tried again', async () => {
  storage = { bytes: 0, limitBytes: 1_000_000 };
  api.on('GET /me/usage', () => {
    throw new Refusal(503, 'unavailable');
  });
  render(OwnStorage);
  const retry = await screen.findByRole('button', { name: 'Try again' });
  api.on('GET /me/usage', () => ({ storage }));
  await userEvent.click(retry);
  expect(await screen.findByText('0 bytes of 1 MB')).toBeTruthy();
});
