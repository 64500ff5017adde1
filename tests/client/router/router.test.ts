import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@testing-library/svelte';
import { route } from '../../../client/src/router/route.ts';
import { Router } from '../../../client/src/router/router.svelte.ts';
import Home from './Home.svelte';
import Page from './Page.svelte';

let router: Router;
let signedIn: boolean;

const routes = () => [
  route('/', { load: async () => ({ default: Home }), title: () => 'Home' }),
  route('/c/:id', { load: async () => ({ default: Page }) }),
  route('/members', {
    load: async () => ({ default: Home }),
    guard: (to) => (signedIn ? null : `/auth?next=${to.pathname}`),
  }),
  route('/auth', { load: async () => ({ default: Home }), title: () => 'Sign in' }),
  route('/there', { load: async () => ({ default: Home }), guard: () => '/back' }),
  route('/back', { load: async () => ({ default: Home }), guard: () => '/there' }),
  route('*', { load: async () => ({ default: Home }), title: () => 'Not Found' }),
];

/** A route that stays loading until `finish` is called. */
function slowRoute() {
  let finish: () => void = () => undefined;
  const load = jest.fn(
    () => new Promise<{ default: typeof Home }>((resolve) => (finish = () => resolve({ default: Home }))),
  );
  return { slow: route('/slow', { load }), load, finish: () => finish() };
}

const currentPath = (): string => location.pathname + location.search;
const pattern = (): string | undefined => router.page?.route.pattern;

beforeEach(async () => {
  signedIn = false;
  document.body.innerHTML = '<main id="main" tabindex="-1"></main>';
  history.replaceState(null, '', '/');
  window.scrollTo = jest.fn();
  router = new Router();
  await router.start(routes(), 'Parley');
});
afterEach(() => router.reset());

/** Clicks a link; returns whether the browser would have followed it. */
function click(attributes: string, init: MouseEventInit = {}): boolean {
  document.body.insertAdjacentHTML('beforeend', `<a ${attributes}><b>Link</b></a>`);
  let followed = false;
  addEventListener(
    'click',
    (event) => {
      followed = !event.defaultPrevented;
      event.preventDefault();
    },
    { once: true },
  );
  document
    .querySelector('a:last-of-type b')!
    .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }));
  return followed;
}

async function goBack(): Promise<void> {
  const popped = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
  history.back();
  await popped;
}

describe('clicks', () => {
  test.each([
    ['clicked with Ctrl', 'href="/c/1"', { ctrlKey: true }],
    ['clicked with Cmd', 'href="/c/1"', { metaKey: true }],
    ['clicked with Shift', 'href="/c/1"', { shiftKey: true }],
    ['clicked with the middle button', 'href="/c/1"', { button: 1 }],
    ['to a new tab', 'href="/c/1" target="_blank"', {}],
    ['to a download', 'href="/c/1" download', {}],
    ['to another site', 'href="https://example.org/c/1"', {}],
    ['to the HTTP interface', 'href="/api/v1/exports/chats"', {}],
    ['to a page that is not part of the app', 'href="/s/abc"', {}],
    ['to a place within the page', 'href="#top"', {}],
    ['without an href', '', {}],
  ])('a click on a link %s is left to the browser', (_, attributes, init) => {
    expect(click(attributes, init)).toBe(true);
    expect(pattern()).toBe('/');
  });

  test('a click is ignored when another handler has handled it', () => {
    document.getElementById('main')!.addEventListener('click', (event) => event.preventDefault());
    document.getElementById('main')!.innerHTML = '<a href="/c/1">Link</a>';
    document.querySelector('a')!.click();
    expect(currentPath()).toBe('/');
  });

  test('a click on a link to a page of the app shows that page', async () => {
    expect(click('href="/c/a%20b?x=1"')).toBe(false);
    await waitFor(() => expect(router.page?.params).toEqual({ id: 'a b' }));
    expect(router.url.search).toBe('?x=1');
  });
});

describe('Router', () => {
  test('redirects from a guarded page without leaving it in the history', async () => {
    const entries = history.length;
    await router.go('/members');
    expect([currentPath(), pattern(), history.length]).toEqual(['/auth?next=/members', '/auth', entries + 1]);
  });

  test('shows a guarded page when the guard allows it', async () => {
    signedIn = true;
    await router.go('/members');
    expect(pattern()).toBe('/members');
  });

  test('reports guards that redirect in a loop', async () => {
    await router.go('/there');
    expect(router.error).toBeInstanceOf(Error);
  });

  test('shows the "*" route for an unknown path on a first visit', async () => {
    history.replaceState(null, '', '/nowhere');
    await router.start(routes(), 'Parley');
    expect([pattern(), document.title]).toEqual(['*', 'Not Found · Parley']);
  });

  test('shows the previous page, with its parameters, on Back', async () => {
    await router.go('/c/1');
    await router.go('/c/2');
    await goBack();
    await waitFor(() => expect(router.page?.params).toEqual({ id: '1' }));
  });

  test('replaces the history entry when asked to', async () => {
    await router.go('/c/1');
    const entries = history.length;
    await router.go('/c/2', { replace: true });
    expect([currentPath(), history.length]).toEqual(['/c/2', entries]);
  });

  test('adds no history entry for the current URL', async () => {
    await router.go('/c/1');
    const entries = history.length;
    await router.go('/c/1');
    expect(history.length).toBe(entries);
  });

  test('keeps the page when only the hash changes, and when Back undoes that', async () => {
    await router.go('/c/1');
    const { view, params } = router.page!;
    location.hash = '#end';
    await waitFor(() => expect(router.url.hash).toBe('#end'));
    await goBack();
    await waitFor(() => expect(router.url.hash).toBe(''));
    expect([router.page?.view, router.page?.params]).toEqual([view, params]);
  });

  test('shows only the latest of two overlapping navigations', async () => {
    const { slow, load, finish } = slowRoute();
    await router.start([slow, ...routes()], 'Parley');
    const pending = router.go('/slow');
    await waitFor(() => expect(load).toHaveBeenCalled());
    await router.go('/c/1');
    finish();
    await pending;
    expect(pattern()).toBe('/c/:id');
  });

  test('stays at the page that Back returned to while the next one was loading', async () => {
    const { slow, load, finish } = slowRoute();
    await router.start([slow, ...routes()], 'Parley');
    await router.go('/c/1');
    const pending = router.go('/slow');
    await waitFor(() => expect(load).toHaveBeenCalled());
    await goBack();
    finish();
    await pending;
    expect([pattern(), currentPath()]).toEqual(['/c/:id', '/c/1']);
  });

  test('reports a page that could not be loaded, and shows it when a retry succeeds', async () => {
    const load = jest
      .fn<() => Promise<{ default: typeof Home }>>()
      .mockRejectedValueOnce(new Error('offline'))
      .mockResolvedValue({ default: Home });
    await router.start([route('/flaky', { load }), ...routes()], 'Parley');
    await router.go('/flaky');
    expect(router.error).toEqual(new Error('offline'));
    await router.refresh();
    expect([router.error, pattern()]).toEqual([null, '/flaky']);
  });

  test('runs the guards again on refresh', async () => {
    signedIn = true;
    await router.go('/members');
    signedIn = false;
    await router.refresh();
    expect(pattern()).toBe('/auth');
  });
});

describe('focus and title', () => {
  test('the focus moves to the new page', async () => {
    await router.go('/c/1');
    expect(document.activeElement?.id).toBe('main');
  });

  test('the focus stays where it is on the first page and when only the query changes', async () => {
    expect(document.activeElement).toBe(document.body);
    await router.go('/?query=egg', { replace: true });
    expect(document.activeElement).toBe(document.body);
    expect(router.url.search).toBe('?query=egg');
  });

  test('the tab shows the title of the page and the name of the site', async () => {
    await router.go('/auth');
    expect(document.title).toBe('Sign in · Parley');
    router.setTitle('How to boil an egg');
    router.setSiteName('Kitchen');
    expect(document.title).toBe('How to boil an egg · Kitchen');
    await router.go('/c/1');
    expect(document.title).toBe('Kitchen');
  });
});
