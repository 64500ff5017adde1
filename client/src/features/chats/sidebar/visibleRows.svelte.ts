import type { ChatGroup } from '../list/chatGroups.ts';
import { groupWindows, rowTop, totalHeight } from './rowWindow.ts';
import type { GroupWindow, Sizes } from './rowWindow.ts';

/** Pixels above and below the visible part that are drawn too, so that scrolling never shows a gap. */
const buffer = 600;

interface Anchor {
  id: string;
  updatedAt: string;
  /** Pixels from the upper edge of the visible part. */
  offset: number;
}

/**
 * Which rows of the groups are in sight. Whatever is added or removed above them, they stay where the reader sees them;
 * at the very top, what is new comes into sight instead.
 */
export class VisibleRows {
  #scrollTop = $state(0);
  #viewport = $state(0);
  readonly #groups: () => readonly ChatGroup[];
  readonly #sizes: () => Sizes;
  readonly #keptId: () => string | undefined;
  readonly #counts = $derived.by(() => this.#groups().map(({ chats }) => chats.length));
  readonly #windows = $derived.by(() =>
    groupWindows(this.#counts, this.#sizes(), {
      from: this.#scrollTop - buffer,
      to: this.#scrollTop + this.#viewport + buffer,
      kept: this.#groups().findIndex(({ chats }) => chats.some(({ id }) => id === this.#keptId())),
    }),
  );

  constructor(parts: {
    groups: () => readonly ChatGroup[];
    sizes: () => Sizes;
    /** A chat that is drawn wherever it is: the one the keyboard is at. */
    keptId: () => string | undefined;
  }) {
    this.#groups = parts.groups;
    this.#sizes = parts.sizes;
    this.#keptId = parts.keptId;
  }

  get windows(): readonly GroupWindow[] {
    return this.#windows;
  }
  /** Pixels of the whole list. */
  get height(): number {
    return totalHeight(this.#counts, this.#sizes());
  }

  /** The beginning of the list is out of sight. */
  get scrolledAway(): boolean {
    return this.#scrollTop > 0;
  }

  set viewport(height: number) {
    this.#viewport = height;
  }

  /** The rows to draw of a part of the list: those in it, and the one that is always drawn. */
  rowsOf({ group, from, to }: GroupWindow): number[] {
    const rows = Array.from({ length: to - from }, (_, at) => from + at);
    const kept = this.#groups()[group]?.chats.findIndex(({ id }) => id === this.#keptId()) ?? -1;
    if (kept >= 0 && kept < from) return [kept, ...rows];
    return kept >= to ? [...rows, kept] : rows;
  }

  /** Takes note of how far the list is scrolled; whole rows only, so that most scrolling changes nothing. */
  scrolled(scrollTop: number): void {
    const { row } = this.#sizes();
    this.#scrollTop = Math.floor(scrollTop / row) * row;
  }

  /** The rows in sight, to find them again after a change. */
  anchors(scrollTop: number): Anchor[] {
    const sizes = this.#sizes();
    return this.#windows.flatMap(({ group, from, to }) => {
      const chats = this.#groups()[group]?.chats ?? [];
      return chats.slice(from, to).map(({ id, updatedAt }, at) => ({
        id,
        updatedAt,
        offset: rowTop(this.#counts, sizes, group, from + at) - scrollTop,
      }));
    });
  }

  /** Where the list has to be scrolled to, so that the first of these rows that has not moved itself stays in place. */
  scrollTopFor(anchors: readonly Anchor[], scrollTop: number): number {
    if (scrollTop <= 0) return scrollTop;
    for (const { id, updatedAt, offset } of anchors) {
      if (offset < 0) continue;
      const top = this.topOf(id, updatedAt);
      if (top !== null) return top - offset;
    }
    return scrollTop;
  }

  /** Pixels from the top of the list to a chat; null when it is not there, or not as of `updatedAt`. */
  topOf(id: string, updatedAt?: string): number | null {
    for (const [group, { chats }] of this.#groups().entries()) {
      const row = chats.findIndex((chat) => chat.id === id);
      if (row < 0) continue;
      if (updatedAt !== undefined && chats[row]?.updatedAt !== updatedAt) return null;
      return rowTop(this.#counts, this.#sizes(), group, row);
    }
    return null;
  }
}
