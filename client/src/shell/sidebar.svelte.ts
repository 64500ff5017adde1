import { tick } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';

const storageKey = 'parley.sidebar';

/** Where the sidebar is: beside the page, put away, or (on narrow screens) in a drawer over the page. */
export class Sidebar {
  #collapsed = $state(wasCollapsed());
  #drawerOpen = $state(false);
  #searchField = $state.raw<HTMLElement | null>(null);
  readonly #narrow = new MediaQuery('max-width: 767.98px');

  /** There is no room beside the page. */
  get narrow(): boolean {
    return this.#narrow.current;
  }
  /** It stands beside the page. */
  get beside(): boolean {
    return !this.narrow && !this.#collapsed;
  }
  /** It lies over the page. */
  get drawerOpen(): boolean {
    return this.narrow && this.#drawerOpen;
  }

  toggle(): void {
    if (this.narrow) this.#drawerOpen = !this.#drawerOpen;
    else this.#setCollapsed(!this.#collapsed);
  }

  closeDrawer(): void {
    this.#drawerOpen = false;
  }

  /** Brings the search field into sight and the cursor into it. */
  async focusSearch(): Promise<void> {
    if (this.narrow) this.#drawerOpen = true;
    else this.#setCollapsed(false);
    await tick();
    this.#searchField?.focus();
  }

  /** Tells where the search field is; returns the way to take it back. */
  hasSearchField(field: HTMLElement): () => void {
    this.#searchField = field;
    return () => {
      if (this.#searchField === field) this.#searchField = null;
    };
  }

  #setCollapsed(collapsed: boolean): void {
    this.#collapsed = collapsed;
    try {
      localStorage.setItem(storageKey, collapsed ? 'collapsed' : 'open');
    } catch {
      // Storage is switched off: it lasts as long as the page.
    }
  }
}

function wasCollapsed(): boolean {
  try {
    return localStorage.getItem(storageKey) === 'collapsed';
  } catch {
    return false;
  }
}
