/** Pixels from the bottom within which a reader counts as being there. */
const nearBottom = 32;

/**
 * Keeps a reader who is at the bottom there while the content grows, and leaves one alone who has scrolled up.
 *
 * Only a movement upwards by the reader lets go: content that shrinks moves the bottom, not the reader.
 */
export class ScrollPin {
  #pinned = $state(true);
  #scroller: HTMLElement | null = null;
  #lastTop = 0;
  #lastHeight = 0;

  /** The reader is at the bottom, or will be taken there. */
  get pinned(): boolean {
    return this.#pinned;
  }

  /** Watches a scroll container and what is in it, until the returned function is called. */
  watch(scroller: HTMLElement, content: HTMLElement): () => void {
    this.#scroller = scroller;
    const onScroll = (): void => this.#scrolled();
    const sizes = new ResizeObserver(() => this.#resized());
    sizes.observe(content);
    sizes.observe(scroller);
    scroller.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      scroller.removeEventListener('scroll', onScroll);
      this.#scroller = null;
    };
  }

  /** Takes the reader to the bottom and keeps them there. */
  toBottom(): void {
    this.#pinned = true;
    this.#follow();
  }

  /** Lets the reader stay where they are. */
  release(): void {
    this.#pinned = false;
  }

  #resized(): void {
    if (this.#pinned) this.#follow();
    else this.#scrolled();
  }

  #follow(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    scroller.scrollTop = scroller.scrollHeight;
    this.#remember(scroller);
  }

  #scrolled(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const distance = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const shrunk = Math.max(0, this.#lastHeight - scroller.scrollHeight);
    const movedUp = this.#lastTop - scroller.scrollTop > shrunk + 1;
    if (distance <= 1 || (distance <= nearBottom && !movedUp)) this.#pinned = true;
    else if (movedUp) this.#pinned = false;
    this.#remember(scroller);
  }

  #remember({ scrollTop, scrollHeight }: HTMLElement): void {
    this.#lastTop = scrollTop;
    this.#lastHeight = scrollHeight;
  }
}
