/** Pixels from the bottom within which the reader counts as being at the bottom. */
const nearBottom = 32;

/**
 * Follows the bottom for a reader who is there while the content grows, and does not move one who has scrolled up.
 *
 * Consistency: only an upward scroll by the reader unpins; content that shrinks moves the bottom, not the reader.
 */
export class ScrollPin {
  #pinned = $state(true);
  #scroller: HTMLElement | null = null;
  #lastTop = 0;
  #lastHeight = 0;

  /** Whether the view follows the bottom. */
  get pinned(): boolean {
    return this.#pinned;
  }

  /** Watches a scroll container and its content until the returned function is called. */
  watch(scroller: HTMLElement, content: HTMLElement): () => void {
    this.#scroller = scroller;
    const onScroll = (): void => this.#onScroll();
    const observer = new ResizeObserver(() => this.#onResize());
    observer.observe(content);
    observer.observe(scroller);
    scroller.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
      this.#scroller = null;
    };
  }

  /** Scrolls to the bottom and follows it. */
  scrollToBottom(): void {
    this.#pinned = true;
    this.#followBottom();
  }

  /** Stops following the bottom. */
  unpin(): void {
    this.#pinned = false;
  }

  #onResize(): void {
    if (this.#pinned) this.#followBottom();
    else this.#onScroll();
  }

  #followBottom(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    scroller.scrollTop = scroller.scrollHeight;
    this.#savePosition(scroller);
  }

  #onScroll(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const distance = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const shrunkBy = Math.max(0, this.#lastHeight - scroller.scrollHeight);
    const movedUp = this.#lastTop - scroller.scrollTop > shrunkBy + 1;
    if (distance <= 1 || (distance <= nearBottom && !movedUp)) this.#pinned = true;
    else if (movedUp) this.#pinned = false;
    this.#savePosition(scroller);
  }

  #savePosition({ scrollTop, scrollHeight }: HTMLElement): void {
    this.#lastTop = scrollTop;
    this.#lastHeight = scrollHeight;
  }
}
