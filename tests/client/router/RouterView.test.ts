import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { render, screen, waitFor } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { route } from '../../../client/src/router/route.ts';
import { router } from '../../../client/src/router/router.svelte.ts';
import RouterView from '../../../client/src/router/RouterView.svelte';
import Frame from './Frame.svelte';
import Home from './Home.svelte';
import Page from './Page.svelte';

const pending = createRawSnippet(() => ({ render: () => '<p>Wait</p>' }));
const failed = createRawSnippet((error: () => unknown) => ({ render: () => `<p>${String(error())}</p>` }));

beforeEach(() => {
  window.scrollTo = jest.fn();
  history.replaceState(null, '', '/c/1');
});
afterEach(() => router.reset());

const start = () =>
  router.start(
    [
      route('/', { load: async () => ({ default: Home }), layout: Frame }),
      route('/c/:id', { load: async () => ({ default: Page }), layout: Frame }),
      route('/broken', { load: () => Promise.reject(new Error('No such file')) }),
      route('/alone', { load: async () => ({ default: Home }) }),
    ],
    'Parley',
  );

test('something is shown until the first page is there', async () => {
  render(RouterView, { pending });
  expect(screen.getByText('Wait')).toBeTruthy();
  await start();
  await waitFor(() => expect(screen.getByText('Page 1')).toBeTruthy());
  expect(screen.queryByText('Wait')).toBeNull();
});

test('a page that cannot be loaded says so, and the next one is shown', async () => {
  render(RouterView, { failed });
  await start();
  await router.go('/broken');
  expect(await screen.findByText('Error: No such file')).toBeTruthy();
  await router.go('/alone');
  expect(await screen.findByRole('heading', { name: 'Home' })).toBeTruthy();
});

test('what pages have in common stays as it is from one to the next', async () => {
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
