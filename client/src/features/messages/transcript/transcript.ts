import { untrack } from 'svelte';
import { ChatMessage } from '../state/chatMessage.svelte.ts';
import type { PendingQuestion } from '../state/pendingQuestion.svelte.ts';

export type TranscriptItem = ChatMessage | PendingQuestion;

/** A chat of at most so many messages and characters stays whole in the document, for search and selection. */
const wholeMessages = 40;
const wholeChars = 60_000;

export const keyOf = (item: TranscriptItem): string =>
  item instanceof ChatMessage ? item.id : item.idempotencyKey;

/** Places of items that stay in the document wherever the reader is. */
export function mountedAlways(items: readonly TranscriptItem[], edited: ChatMessage | undefined): number[] {
  // The length of an answer being written is none of this function's business.
  const chars = (): number => items.reduce((sum, item) => sum + item.content.length, 0);
  if (items.length <= wholeMessages && untrack(chars) <= wholeChars) return items.map((_, at) => at);
  const at = edited ? items.indexOf(edited) : -1;
  return at < 0 ? [] : [at];
}

/** Tells whether a list grew at its top since it was last asked about. */
export class GrowthAtTop {
  #first: TranscriptItem | undefined;

  isAtTop(items: readonly TranscriptItem[]): boolean {
    const before = this.#first;
    this.#first = items[0];
    return before !== undefined && before !== items[0] && items.includes(before);
  }
}
