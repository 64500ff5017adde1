import { tick } from 'svelte';
import { clickedUrl } from './links.ts';
import type { Route, View } from './route.ts';

/** The page on the screen. */
export interface Page {
  readonly route: Route;
  readonly view: View;
  readonly params: Record<string, string>;
}

interface GoOptions {
  /** Replaces the current history entry instead of adding one. */
  replace?: boolean;
}

/** Redirects in a row after which guards are considered to form a loop. */
const maxRedirects = 10;

/**
 * Shows the page of the current URL. The URL changes first, then the page is loaded; until it has loaded, the previous
 * page is shown. When navigations overlap, only the latest one is shown.
 */
export class Router {
  #routes: readonly Route[] = [];
  #page = $state.raw<Page | null>(null);
  #url = $state.raw(new URL(location.href));
  #error = $state.raw<unknown>(null);
  #siteName = '';
  #title: string | null = null;
  #navigation = 0;
  #stopListening: (() => void) | null = null;

  get page(): Page | null {
    return this.#page;
  }
  /** The URL of `page`; its query and hash can change without a new page. */
  get url(): URL {
    return this.#url;
  }
  /** Why the page could not be loaded; null while there is no error. */
  get error(): unknown {
    return this.#error;
  }

  /** Handles link clicks and history changes from now on, and shows the page of the current URL. */
  async start(routes: readonly Route[], siteName: string): Promise<void> {
    this.reset();
    this.#routes = routes;
    this.#siteName = siteName;
    const onClick = (event: MouseEvent): void => this.#handleClick(event);
    const onPopState = (): void => void this.#show();
    document.addEventListener('click', onClick);
    addEventListener('popstate', onPopState);
    this.#stopListening = () => {
      document.removeEventListener('click', onClick);
      removeEventListener('popstate', onPopState);
    };
    await this.#show();
  }

  /** Navigates to a URL of this site. A URL without a route is left to the server. */
  async go(to: string, { replace = false }: GoOptions = {}): Promise<void> {
    const url = new URL(to, location.href);
    if (url.origin !== location.origin || !this.#hasRoute(url)) return location.assign(url);
    if (replace || url.href === location.href) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    await this.#show();
  }

  /** Shows the page of the current URL again, guards included: after signing in or out. */
  async refresh(): Promise<void> {
    await this.#show();
  }

  /** Sets the title of the browser tab, shown before the site name. */
  setTitle(title: string | null): void {
    this.#title = title;
    document.title = [title, this.#siteName].filter(Boolean).join(' · ');
  }

  /** Sets the site name, which an admin can change while the page is open. */
  setSiteName(siteName: string): void {
    this.#siteName = siteName;
    this.setTitle(this.#title);
  }

  /** Stops handling links and history, and removes all routes and the page. */
  reset(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    this.#navigation++;
    this.#routes = [];
    this.#page = null;
    this.#error = null;
    this.#url = new URL(location.href);
  }

  #hasRoute(url: URL): boolean {
    return this.#routes.some((route) => route.pattern !== '*' && route.match(url.pathname));
  }

  #handleClick(event: MouseEvent): void {
    const url = clickedUrl(event);
    if (!url || !this.#hasRoute(url)) return;
    event.preventDefault();
    void this.go(url.href);
  }

  async #show(): Promise<void> {
    const navigation = ++this.#navigation;
    const resolved = this.#resolve();
    if (!resolved) return;
    const { route, params, url } = resolved;
    try {
      const { default: view } = await route.load();
      if (navigation !== this.#navigation) return;
      this.#error = null;
      await this.#display({ route, view, params }, url);
    } catch (error) {
      if (navigation === this.#navigation) this.#error = error;
    }
  }

  /** Returns the route of the current URL after following the redirects of the guards; null when there is none. */
  #resolve(): { route: Route; params: Record<string, string>; url: URL } | null {
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const url = new URL(location.href);
      const route = this.#routes.find((candidate) => candidate.match(url.pathname));
      if (!route) return null;
      const redirect = route.guard(url);
      if (redirect === null) return { route, params: route.match(url.pathname) ?? {}, url };
      const target = new URL(redirect, url);
      if (!this.#hasRoute(target)) {
        // Another entry of the app serves this page, so it is requested from the server.
        location.replace(target);
        return null;
      }
      history.replaceState(null, '', target);
    }
    this.#error = new Error('The guards of the routes redirect in a loop.');
    return null;
  }

  async #display(page: Page, url: URL): Promise<void> {
    const moved = this.#page !== null && url.pathname !== this.#url.pathname;
    const changed = this.#page === null || moved || this.#page.route !== page.route;
    this.#page = page;
    this.#url = url;
    if (changed) this.setTitle(page.route.title());
    if (!moved) return;
    await tick();
    scrollTo(0, 0);
    // Screen readers continue at the new page; on the first page the browser does this.
    document.getElementById('main')?.focus({ preventScroll: true });
  }
}

export const router = new Router();
