import { untrack } from 'svelte';
import { ChatMessage } from '../state/chatMessage.svelte.ts';
import type { PendingQuestion } from '../state/pendingQuestion.svelte.ts';

export type TranscriptItem = ChatMessage | PendingQuestion;

/** A chat within these limits is rendered completely, so that search in the page and selection work. */
const maxMountedMessages = 40;
const maxMountedChars = 60_000;

export const itemKey = (item: TranscriptItem): string =>
  item instanceof ChatMessage ? item.id : item.idempotencyKey;

/** Returns the indexes of the items that are in the document at any scroll position. */
export function alwaysMounted(items: readonly TranscriptItem[], edited: ChatMessage | undefined): number[] {
  // Untracked, so that a streaming answer does not cause a new result with every token.
  const chars = (): number => items.reduce((sum, item) => sum + item.content.length, 0);
  const isShort = items.length <= maxMountedMessages && untrack(chars) <= maxMountedChars;
  if (isShort) return items.map((_, index) => index);
  const index = edited ? items.indexOf(edited) : -1;
  return index < 0 ? [] : [index];
}

/** Detects that items were added at the top of a list. */
export class PrependDetector {
  #first: TranscriptItem | undefined;

  /** Returns whether items were added at the top since the last call. */
  check(items: readonly TranscriptItem[]): boolean {
    const before = this.#first;
    this.#first = items[0];
    return before !== undefined && before !== items[0] && items.includes(before);
  }
}
