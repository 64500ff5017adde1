import type { ChatGroup } from '../list/chatGroups.ts';
import { groupWindows, rowTop, totalHeight } from './rowWindow.ts';
import type { GroupWindow, Sizes } from './rowWindow.ts';

/** Pixels above and below the viewport that are rendered too, so that scrolling shows no gap. */
const overscan = 600;

interface Anchor {
  id: string;
  updatedAt: string;
  /** Pixels from the top of the viewport. */
  offset: number;
}

/**
 * Decides which rows of the groups are rendered.
 * Consistency: when rows are added or removed above the viewport, the rows in it keep their position on the screen; at
 * the very top of the list, new rows are shown instead.
 */
export class VisibleRows {
  #scrollTop = $state(0);
  #viewportHeight = $state(0);
  readonly #groups: () => readonly ChatGroup[];
  readonly #sizes: () => Sizes;
  readonly #keptId: () => string | undefined;
  readonly #counts = $derived.by(() => this.#groups().map(({ chats }) => chats.length));
  readonly #windows = $derived.by(() =>
    groupWindows(this.#counts, this.#sizes(), {
      from: this.#scrollTop - overscan,
      to: this.#scrollTop + this.#viewportHeight + overscan,
      kept: this.#groups().findIndex(({ chats }) => chats.some(({ id }) => id === this.#keptId())),
    }),
  );

  constructor(parts: {
    groups: () => readonly ChatGroup[];
    sizes: () => Sizes;
    /** The chat whose row is always rendered, even outside the viewport: the one with the focus. */
    keptId: () => string | undefined;
  }) {
    this.#groups = parts.groups;
    this.#sizes = parts.sizes;
    this.#keptId = parts.keptId;
  }

  get windows(): readonly GroupWindow[] {
    return this.#windows;
  }
  /** Height of the whole list in pixels. */
  get height(): number {
    return totalHeight(this.#counts, this.#sizes());
  }
  /** Whether the list is scrolled away from its top. */
  get isScrolled(): boolean {
    return this.#scrollTop > 0;
  }

  set viewportHeight(height: number) {
    this.#viewportHeight = height;
  }

  /** Returns the indexes of the rows to render of a group: those in its window, and the kept one. */
  rowsOf({ group, from, to }: GroupWindow): number[] {
    const rows = Array.from({ length: to - from }, (_, index) => from + index);
    const kept = this.#groups()[group]?.chats.findIndex(({ id }) => id === this.#keptId()) ?? -1;
    if (kept >= 0 && kept < from) return [kept, ...rows];
    return kept >= to ? [...rows, kept] : rows;
  }

  /** Sets the scroll position, rounded down to whole rows, so that most scroll events change nothing. */
  setScrollTop(scrollTop: number): void {
    const { row } = this.#sizes();
    this.#scrollTop = Math.floor(scrollTop / row) * row;
  }

  /** Returns the rendered rows with their positions, to find them again after a change of the groups. */
  anchors(scrollTop: number): Anchor[] {
    const sizes = this.#sizes();
    return this.#windows.flatMap(({ group, from, to }) => {
      const chats = this.#groups()[group]?.chats ?? [];
      return chats.slice(from, to).map(({ id, updatedAt }, index) => ({
        id,
        updatedAt,
        offset: rowTop(this.#counts, sizes, group, from + index) - scrollTop,
      }));
    });
  }

  /** Returns the scroll position at which the first visible anchor that did not move in the list keeps its place. */
  scrollTopFor(anchors: readonly Anchor[], scrollTop: number): number {
    if (scrollTop <= 0) return scrollTop;
    for (const anchor of anchors) {
      if (anchor.offset < 0) continue;
      const top = this.#topOf(anchor);
      if (top !== null) return top - anchor.offset;
    }
    return scrollTop;
  }

  /** Returns the current offset of an anchor; null when its chat was removed, or moved because it was updated. */
  #topOf({ id, updatedAt }: Anchor): number | null {
    for (const [group, { chats }] of this.#groups().entries()) {
      const row = chats.findIndex((chat) => chat.id === id);
      if (row < 0) continue;
      return chats[row]?.updatedAt === updatedAt ? rowTop(this.#counts, this.#sizes(), group, row) : null;
    }
    return null;
  }
}
