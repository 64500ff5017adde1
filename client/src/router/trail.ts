/** Where this page is among the entries of the browser's history, to know how far "back" went. */
export class Trail {
  #index = 0;
  #travelling = false;

  /** Goes on from the entry the browser is at, which an earlier visit may have numbered. */
  start(): void {
    this.#index = indexOf(history.state) ?? 0;
    history.replaceState({ index: this.#index }, '');
  }

  /** Puts an address into the history, in place of the present entry where it is told to or nothing changes. */
  write(url: URL, replace: boolean): void {
    if (replace || url.href === location.href) {
      history.replaceState({ index: this.#index }, '', url);
    } else {
      this.#index++;
      history.pushState({ index: this.#index }, '', url);
    }
  }

  /** How many steps the browser went to this entry; null when a link within the page has just made it. */
  stepsTo(event: PopStateEvent): number | null {
    const index = indexOf(event.state);
    if (index !== null) return index - this.#index;
    this.#index++;
    history.replaceState({ index: this.#index }, '');
    return null;
  }

  /** The visitor is now that many steps further. */
  advance(steps: number): void {
    this.#index += steps;
  }

  /** Whether a change of the entry is of `travel`'s making. */
  get travelling(): boolean {
    return this.#travelling;
  }

  /** Moves in the history without anybody showing what is there. */
  async travel(steps: number): Promise<void> {
    this.#travelling = true;
    await new Promise((resolve) => {
      addEventListener('popstate', resolve, { once: true });
      history.go(steps);
    });
    this.#travelling = false;
  }
}

function indexOf(state: unknown): number | null {
  const index = (state as { index?: unknown } | null)?.index;
  return typeof index === 'number' ? index : null;
}
