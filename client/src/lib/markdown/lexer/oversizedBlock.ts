import type { MarkdownToken } from './tokens.ts';
import { lengthOfWeight, weightOf } from './weight.ts';

/** Weight of one block of prose, and of one block that holds blocks. Longer blocks are split. */
const maxProseWeight = 14_000;
const maxContainerWeight = 14_000;
/** Weight by which a block must exceed the limit, so that its unfinished last line does not matter. */
const margin = 1_000;
/** Weight beyond which inline text is shown as it is: more than any block that was split. */
export const maxInlineWeight = maxProseWeight + 2 * margin;

/** A block too long to be lexed repeatedly, and how much of it to take now. */
export interface OversizedBlock {
  /** Index of the block among the tokens, and where it starts in the text. */
  index: number;
  start: number;
  /** Characters of the block to take. */
  length: number;
  /** What to put before the rest of the block so that it is lexed the same way. */
  prefix: string;
}

/**
 * Returns the first block that is too long. Where it is split depends on its own text alone, not on how much of
 * the message has arrived, so every way of arriving has the same result.
 */
export function findOversizedBlock(tokens: readonly MarkdownToken[]): OversizedBlock | null {
  let start = 0;
  for (const [index, token] of tokens.entries()) {
    const limit = maxWeightOf(token);
    if (isHeavier(token.raw, limit + margin)) return { index, start, ...split(token, limit) };
    start += token.raw.length;
  }
  return null;
}

const isHeavier = (text: string, max: number): boolean => lengthOfWeight(text, max) < text.length;

function maxWeightOf(token: MarkdownToken): number {
  // Code is a single text, so its length does not matter.
  if (token.type === 'code' || token.type === 'space') return Infinity;
  return ['list', 'blockquote', 'table', 'details'].includes(token.type)
    ? maxContainerWeight
    : maxProseWeight;
}

function split(token: MarkdownToken, limit: number): Pick<OversizedBlock, 'length' | 'prefix'> {
  const itemsLength = token.type === 'list' ? lengthOfItems(token.items, limit) : 0;
  if (itemsLength > 0) return { length: itemsLength, prefix: '' };
  const length = lineBreakBefore(token.raw, lengthOfWeight(token.raw, limit));
  const head = token.type === 'table' ? (/^[^\n]*\n[^\n]*\n/.exec(token.raw)?.[0] ?? '') : '';
  // The prefix must be shorter than what was taken, or the rest would never end.
  return { length, prefix: head.length < length / 4 ? head : '' };
}

/** Returns the length of the first items that together fit into `limit`. */
function lengthOfItems(items: readonly { raw: string }[], limit: number): number {
  let length = 0;
  let weight = 0;
  for (const { raw } of items) {
    weight += weightOf(raw);
    if (weight > limit) break;
    length += raw.length;
  }
  return length;
}

function lineBreakBefore(text: string, limit: number): number {
  const lineEnd = text.lastIndexOf('\n', limit - 1) + 1;
  if (lineEnd > limit / 2) return lineEnd;
  const wordEnd = text.lastIndexOf(' ', limit - 1) + 1;
  if (wordEnd > limit / 2) return wordEnd;
  const splitsPair = /[\uDC00-\uDFFF]/.test(text.charAt(limit));
  return splitsPair ? limit - 1 : limit;
}
