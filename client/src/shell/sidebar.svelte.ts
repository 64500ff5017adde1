import { createContext, tick } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';

const storageKey = 'parley.sidebar';

/** Whether the sidebar is shown: next to the page or hidden; on narrow screens in a drawer over the page. */
export class Sidebar {
  #collapsed = $state(storedCollapsed());
  #drawerOpen = $state(false);
  #searchField = $state.raw<HTMLElement | null>(null);
  readonly #narrow = new MediaQuery('max-width: 767.98px');

  /** The window is too narrow to show the sidebar next to the page. */
  get narrow(): boolean {
    return this.#narrow.current;
  }
  /** The sidebar is shown next to the page. */
  get docked(): boolean {
    return !this.narrow && !this.#collapsed;
  }
  /** The sidebar is shown over the page. */
  get drawerOpen(): boolean {
    return this.narrow && this.#drawerOpen;
  }

  /** Shows or hides the sidebar. If the focus was inside, it moves to the button that shows the sidebar again. */
  async toggle(): Promise<void> {
    if (this.narrow) this.#drawerOpen = !this.#drawerOpen;
    else this.#setCollapsed(!this.#collapsed);
    await tick();
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>('[data-sidebar-toggle]')?.focus();
  }

  closeDrawer(): void {
    this.#drawerOpen = false;
  }

  /** Shows the search field and focuses it. */
  async focusSearch(): Promise<void> {
    if (this.narrow) this.#drawerOpen = true;
    else this.#setCollapsed(false);
    await tick();
    this.#searchField?.focus();
  }

  /** Registers the search field. Returns a function that removes it. */
  registerSearchField(field: HTMLElement): () => void {
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
      // Storage is not available: the choice lasts until the page is closed.
    }
  }
}

function storedCollapsed(): boolean {
  try {
    return localStorage.getItem(storageKey) === 'collapsed';
  } catch {
    return false;
  }
}

export const [getSidebar, setSidebar] = createContext<Sidebar>();
