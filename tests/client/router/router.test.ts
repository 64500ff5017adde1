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

const address = (): string => location.pathname + location.search;
const shown = (): string | undefined => router.page?.route.pattern;

beforeEach(async () => {
  signedIn = false;
  document.body.innerHTML = '<main id="main" tabindex="-1"></main>';
  history.replaceState(null, '', '/');
  window.scrollTo = jest.fn();
  router = new Router();
  await router.start(routes(), 'Parley');
});
afterEach(() => router.reset());

/** Clicks a link and tells whether the browser would have followed it. */
function click(attributes: string, how: MouseEventInit = {}): boolean {
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
    .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...how }));
  return followed;
}

async function back(): Promise<void> {
  const popped = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
  history.back();
  await popped;
}

describe('a click is left to the browser', () => {
  test.each([
    ['with Ctrl', 'href="/c/1"', { ctrlKey: true }],
    ['with Cmd', 'href="/c/1"', { metaKey: true }],
    ['with Shift', 'href="/c/1"', { shiftKey: true }],
    ['with the middle button', 'href="/c/1"', { button: 1 }],
    ['on a link to a new tab', 'href="/c/1" target="_blank"', {}],
    ['on a download', 'href="/c/1" download', {}],
    ['on a link to another site', 'href="https://example.org/c/1"', {}],
    ['on an address of the server', 'href="/api/v1/exports/chats"', {}],
    ['on a link that is no page of the app', 'href="/s/abc"', {}],
    ['on a place within the page', 'href="#top"', {}],
    ['on a link without an address', '', {}],
  ])('%s', (_, attributes, how) => {
    expect(click(attributes, how)).toBe(true);
    expect(shown()).toBe('/');
  });

  test('when somebody else has answered it', () => {
    document.getElementById('main')!.addEventListener('click', (event) => event.preventDefault());
    document.getElementById('main')!.innerHTML = '<a href="/c/1">Link</a>';
    document.querySelector('a')!.click();
    expect(address()).toBe('/');
  });
});

describe('the router', () => {
  test('does not show a page its guard keeps closed, nor leave it in the history', async () => {
    const entries = history.length;
    await router.go('/members');
    expect([address(), shown(), history.length]).toEqual(['/auth?next=/members', '/auth', entries + 1]);
  });

  test('shows a guarded page to those who may see it', async () => {
    signedIn = true;
    await router.go('/members');
    expect(shown()).toBe('/members');
  });

  test('gives up when guards send the visitor in circles', async () => {
    await router.go('/there');
    expect(router.error).toBeInstanceOf(Error);
    expect(router.loading).toBe(false);
  });

  test('shows what is behind a link that was clicked', async () => {
    expect(click('href="/c/a%20b?x=1"')).toBe(false);
    await waitFor(() => expect(router.page?.params).toEqual({ id: 'a b' }));
    expect(router.url.search).toBe('?x=1');
  });

  test('shows the page for all other addresses on a first visit', async () => {
    history.replaceState(null, '', '/nowhere');
    await router.start(routes(), 'Parley');
    expect([shown(), document.title]).toEqual(['*', 'Not Found · Parley']);
  });

  test('goes back to the page before, with its parameters', async () => {
    await router.go('/c/1');
    await router.go('/c/2');
    await back();
    await waitFor(() => expect(router.page?.params).toEqual({ id: '1' }));
  });

  test('takes the place of the present entry of the history when it is told to', async () => {
    await router.go('/c/1');
    const entries = history.length;
    await router.go('/c/2', { replace: true });
    expect([address(), history.length]).toEqual(['/c/2', entries]);
  });

  test('makes no second entry for the address it is at', async () => {
    await router.go('/c/1');
    const entries = history.length;
    await router.go('/c/1');
    expect(history.length).toBe(entries);
  });

  test('shows only the last of several pages asked for, whichever arrives first', async () => {
    let arrive: (module: { default: typeof Home }) => void = () => undefined;
    const slow = route('/slow', { load: () => new Promise((resolve) => (arrive = resolve)) });
    await router.start([slow, ...routes()], 'Parley');
    const going = router.go('/slow');
    await waitFor(() => expect(router.loading).toBe(true));
    await router.go('/c/1');
    arrive({ default: Home });
    await going;
    expect([shown(), router.loading]).toEqual(['/c/:id', false]);
  });

  test('says that a page could not be loaded, and shows it once it can', async () => {
    const load = jest
      .fn<() => Promise<{ default: typeof Home }>>()
      .mockRejectedValueOnce(new Error('offline'))
      .mockResolvedValue({ default: Home });
    await router.start([route('/flaky', { load }), ...routes()], 'Parley');
    await router.go('/flaky');
    expect([router.error, router.loading]).toEqual([new Error('offline'), false]);
    await router.refresh();
    expect([router.error, shown()]).toEqual([null, '/flaky']);
  });

  test('asks the guards again when it is refreshed', async () => {
    signedIn = true;
    await router.go('/members');
    signedIn = false;
    await router.refresh();
    expect(shown()).toBe('/auth');
  });
});

describe('a page that must not be left', () => {
  test('stays, and its address too', async () => {
    router.block(() => false);
    await router.go('/c/1');
    expect([address(), shown()]).toEqual(['/', '/']);
  });

  test('stays when the visitor goes back', async () => {
    await router.go('/c/1');
    await router.go('/c/2');
    const ask = jest.fn(async () => false);
    router.block(ask);
    await back();
    await waitFor(() => expect(ask).toHaveBeenCalled());
    expect([address(), router.page?.params]).toEqual(['/c/2', { id: '2' }]);
  });

  test('stays however the visitor came to it', async () => {
    for (const id of ['1', '2', '3']) await router.go(`/c/${id}`);
    await back();
    await waitFor(() => expect(router.page?.params).toEqual({ id: '2' }));
    const ask = jest.fn(() => false);
    router.block(ask);
    await back();
    await waitFor(() => expect(ask).toHaveBeenCalled());
    expect(address()).toBe('/c/2');
  });

  test('is left once the visitor agrees', async () => {
    await router.go('/c/1');
    await router.go('/c/2');
    router.block(async () => true);
    await back();
    await waitFor(() => expect([address(), router.page?.params]).toEqual(['/c/1', { id: '1' }]));
  });

  test('is not closed with its tab unasked', () => {
    const release = router.block(() => false);
    expect(dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
    release();
    expect(dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
  });
});

describe('for those who cannot see the page change', () => {
  test('the focus goes to the new page', async () => {
    await router.go('/c/1');
    expect(document.activeElement?.id).toBe('main');
  });

  test('the focus stays where it is on the first page and when only the query changes', async () => {
    expect(document.activeElement).toBe(document.body);
    await router.go('/?query=egg', { replace: true });
    expect(document.activeElement).toBe(document.body);
    expect(router.url.search).toBe('?query=egg');
  });

  test('the tab is called after the page and the site', async () => {
    await router.go('/auth');
    expect(document.title).toBe('Sign in · Parley');
    router.setTitle('How to boil an egg');
    router.setSiteName('Kitchen');
    expect(document.title).toBe('How to boil an egg · Kitchen');
    await router.go('/c/1');
    expect(document.title).toBe('Kitchen');
  });
});
