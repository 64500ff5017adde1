import { tick } from 'svelte';
import { Blockers } from './blockers.ts';
import type { Blocker } from './blockers.ts';
import { linkClicked } from './links.ts';
import type { Route, View } from './route.ts';
import { Trail } from './trail.ts';

/** The page on the screen. */
export interface Page {
  readonly route: Route;
  readonly view: View;
  readonly params: Record<string, string>;
}

interface GoOptions {
  /** Takes the place of the present entry of the history. */
  replace?: boolean;
}

/** Redirects in a row after which guards are taken to send each other in circles. */
const maxRedirects = 10;

/**
 * Shows the page of the present address. The address changes first, then the page is loaded; while that takes,
 * the page before it stays. Only the latest of several navigations is ever shown.
 */
export class Router {
  #routes: readonly Route[] = [];
  #page = $state.raw<Page | null>(null);
  #url = $state.raw(new URL(location.href));
  #loading = $state(false);
  #error = $state.raw<unknown>(null);
  #siteName = '';
  #title: string | null = null;
  #navigation = 0;
  #stop: (() => void) | null = null;
  readonly #blockers = new Blockers();
  readonly #trail = new Trail();

  get page(): Page | null {
    return this.#page;
  }
  /** The address of `page`; its query and hash may change while the page stays. */
  get url(): URL {
    return this.#url;
  }
  /** The next page is being loaded. */
  get loading(): boolean {
    return this.#loading;
  }
  /** Why the page of the address could not be loaded. */
  get error(): unknown {
    return this.#error;
  }

  /** Takes over links and the history, and shows the page of the present address. */
  async start(routes: readonly Route[], siteName: string): Promise<void> {
    this.reset();
    this.#routes = routes;
    this.#siteName = siteName;
    this.#trail.start();
    const onClick = (event: MouseEvent): void => this.#clicked(event);
    const onPop = (event: PopStateEvent): void => void this.#popped(event);
    document.addEventListener('click', onClick);
    addEventListener('popstate', onPop);
    addEventListener('beforeunload', this.#blockers.beforeUnload);
    this.#stop = () => {
      document.removeEventListener('click', onClick);
      removeEventListener('popstate', onPop);
      removeEventListener('beforeunload', this.#blockers.beforeUnload);
    };
    await this.#show();
  }

  /** Goes to an address of this site. One that belongs to no page is left to the server. */
  async go(to: string, options: GoOptions = {}): Promise<void> {
    const url = new URL(to, location.href);
    if (url.origin !== location.origin || !this.#claims(url)) return location.assign(url);
    if (!(await this.#blockers.allow())) return;
    this.#trail.write(url, options.replace ?? false);
    await this.#show();
  }

  /** Asks `blocker` before this page is left, until the returned function is called. */
  block(blocker: Blocker): () => void {
    return this.#blockers.add(blocker);
  }

  /** Shows the page of the present address again, guards included: after signing in or out. */
  async refresh(): Promise<void> {
    await this.#show();
  }

  /** The words in the browser's tab, before the name of the site. */
  setTitle(title: string | null): void {
    this.#title = title;
    document.title = [title, this.#siteName].filter(Boolean).join(' · ');
  }

  /** The name of the site can change while it is open. */
  setSiteName(siteName: string): void {
    this.#siteName = siteName;
    this.setTitle(this.#title);
  }

  /** Lets go of links and history, and forgets all pages. */
  reset(): void {
    this.#stop?.();
    this.#stop = null;
    this.#blockers.clear();
    this.#navigation++;
    this.#routes = [];
    this.#page = null;
    this.#error = null;
    this.#loading = false;
    this.#url = new URL(location.href);
  }

  #claims(url: URL): boolean {
    return this.#routes.some((route) => route.pattern !== '*' && route.match(url.pathname));
  }

  #clicked(event: MouseEvent): void {
    const url = linkClicked(event);
    if (!url || !this.#claims(url)) return;
    event.preventDefault();
    void this.go(url.href);
  }

  async #popped(event: PopStateEvent): Promise<void> {
    if (this.#trail.travelling) return;
    const steps = this.#trail.stepsTo(event);
    if (steps === null) {
      this.#url = new URL(location.href);
      return;
    }
    if (this.#blockers.any && steps !== 0) {
      // The browser has left already: it is brought back while the visitor is asked.
      await this.#trail.travel(-steps);
      if (!(await this.#blockers.allow())) return;
      await this.#trail.travel(steps);
    }
    this.#trail.advance(steps);
    await this.#show();
  }

  async #show(): Promise<void> {
    const navigation = ++this.#navigation;
    const found = this.#resolve();
    if (!found) {
      this.#loading = false;
      return;
    }
    const { route, params, url } = found;
    this.#loading = true;
    try {
      const { default: view } = await route.load();
      if (navigation !== this.#navigation) return;
      this.#error = null;
      await this.#arrive({ route, view, params }, url);
    } catch (error) {
      if (navigation === this.#navigation) this.#error = error;
    } finally {
      if (navigation === this.#navigation) this.#loading = false;
    }
  }

  /** The route of the address, after all guards had their say. */
  #resolve(): { route: Route; params: Record<string, string>; url: URL } | null {
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const url = new URL(location.href);
      const route = this.#routes.find((candidate) => candidate.match(url.pathname));
      if (!route) return null;
      const elsewhere = route.guard(url);
      if (elsewhere === null) return { route, params: route.match(url.pathname) ?? {}, url };
      const target = new URL(elsewhere, url);
      if (!this.#claims(target)) {
        // A page of another entry: the server has it.
        location.replace(target);
        return null;
      }
      this.#trail.write(target, true);
    }
    this.#error = new Error('The guards of the routes send the visitor in circles.');
    return null;
  }

  async #arrive(page: Page, url: URL): Promise<void> {
    const moved = this.#page !== null && url.pathname !== this.#url.pathname;
    const changed = this.#page === null || moved || this.#page.route !== page.route;
    this.#page = page;
    this.#url = url;
    if (changed) this.setTitle(page.route.title());
    if (!moved) return;
    await tick();
    scrollTo(0, 0);
    // So that a screen reader goes on at the new page; on the first page the browser does it.
    document.getElementById('main')?.focus({ preventScroll: true });
  }
}

export const router = new Router();
