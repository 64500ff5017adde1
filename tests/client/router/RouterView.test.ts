import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { render, screen, waitFor } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { route } from '../../../client/src/router/route.ts';
import { router } from '../../../client/src/router/router.svelte.ts';
import RouterView from '../../../client/src/router/RouterView.svelte';
import Layout from './Layout.svelte';
import Home from './Home.svelte';
import Page from './Page.svelte';

const pending = createRawSnippet(() => ({ render: () => '<p>Loading</p>' }));
const failed = createRawSnippet((error: () => unknown) => ({ render: () => `<p>${String(error())}</p>` }));

beforeEach(() => {
  window.scrollTo = jest.fn();
  history.replaceState(null, '', '/c/1');
});
afterEach(() => router.reset());

const start = () =>
  router.start(
    [
      route('/', { load: async () => ({ default: Home }), layout: Layout }),
      route('/c/:id', { load: async () => ({ default: Page }), layout: Layout }),
      route('/broken', { load: () => Promise.reject(new Error('No such file')) }),
      route('/alone', { load: async () => ({ default: Home }) }),
    ],
    'Parley',
  );

test('the pending snippet is shown until the first page has loaded', async () => {
  render(RouterView, { pending });
  expect(screen.getByText('Loading')).toBeTruthy();
  await start();
  await waitFor(() => expect(screen.getByText('Page 1')).toBeTruthy());
  expect(screen.queryByText('Loading')).toBeNull();
});

test('the failed snippet is shown for a page that cannot be loaded, and the next page after it', async () => {
  render(RouterView, { failed });
  await start();
  await router.go('/broken');
  expect(await screen.findByText('Error: No such file')).toBeTruthy();
  await router.go('/alone');
  expect(await screen.findByRole('heading', { name: 'Home' })).toBeTruthy();
});

test('a layout stays mounted between pages that share it', async () => {
  render(RouterView, {});
  await start();
  const search = await screen.findByLabelText<HTMLInputElement>('Search');
  search.value = 'egg';
  await router.go('/');
  expect(await screen.findByRole('heading', { name: 'Home' })).toBeTruthy();
  expect(screen.getByLabelText('Search')).toBe(search);
  await router.go('/alone');
  await waitFor(() => expect(screen.queryByLabelText('Search')).toBeNull());
});
