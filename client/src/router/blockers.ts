/** Answers whether the page may be left, after asking if need be. */
export type Blocker = () => boolean | Promise<boolean>;

/** Pages that hold something unsaved. While there is one, the browser asks before the tab is closed, too. */
export class Blockers {
  readonly #blockers = new Set<Blocker>();

  get any(): boolean {
    return this.#blockers.size > 0;
  }

  /** Returns the way to take it back. */
  add(blocker: Blocker): () => void {
    this.#blockers.add(blocker);
    return () => this.#blockers.delete(blocker);
  }

  async allow(): Promise<boolean> {
    for (const blocker of this.#blockers) {
      if (!(await blocker())) return false;
    }
    return true;
  }

  readonly beforeUnload = (event: BeforeUnloadEvent): void => {
    if (this.any) event.preventDefault();
  };

  clear(): void {
    this.#blockers.clear();
  }
}
