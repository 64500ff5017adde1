import type { MarkdownToken } from './tokens.ts';

/** Characters of one block of prose, and of one block that holds blocks. Longer ones are taken in pieces. */
const maxProse = 14_000;
const maxContainer = 24_000;
/** Characters by which a block must be longer, so that its unfinished last line has no say in it. */
const margin = 1_000;

/** A block too long to be lexed again and again, and how much of it to take now. */
export interface Oversize {
  /** Index of the block among the tokens, and where it starts in the text. */
  index: number;
  start: number;
  /** Characters of the block to take. */
  length: number;
  /** What the rest of the block has to begin with to be read the same way. */
  prefix: string;
}

/**
 * The first block that is too long. Where it is cut depends on its own text alone, not on how much of the
 * message is there already, so a message looks the same however it arrived.
 */
export function findOversize(tokens: readonly MarkdownToken[]): Oversize | null {
  let start = 0;
  for (const [index, token] of tokens.entries()) {
    const limit = limitOf(token);
    if (token.raw.length > limit + margin) return { index, start, ...cut(token, limit) };
    start += token.raw.length;
  }
  return null;
}

function limitOf(token: MarkdownToken): number {
  // Code is one text however long it is.
  if (token.type === 'code' || token.type === 'space') return Infinity;
  return ['list', 'blockquote', 'table', 'details'].includes(token.type) ? maxContainer : maxProse;
}

function cut(token: MarkdownToken, limit: number): Pick<Oversize, 'length' | 'prefix'> {
  if (token.type === 'list') {
    let length = 0;
    for (const { raw } of token.items) {
      if (length + raw.length > limit) break;
      length += raw.length;
    }
    if (length > 0) return { length, prefix: '' };
  }
  const length = lineBreakBefore(token.raw, limit);
  const head = token.type === 'table' ? (/^[^\n]*\n[^\n]*\n/.exec(token.raw)?.[0] ?? '') : '';
  // What is put on top of the rest has to be less than what was taken away.
  return { length, prefix: head.length < limit / 4 ? head : '' };
}

function lineBreakBefore(text: string, limit: number): number {
  const lineEnd = text.lastIndexOf('\n', limit - 1) + 1;
  if (lineEnd > limit / 2) return lineEnd;
  const wordEnd = text.lastIndexOf(' ', limit - 1) + 1;
  if (wordEnd > limit / 2) return wordEnd;
  const splitsPair = /[\uDC00-\uDFFF]/.test(text.charAt(limit));
  return splitsPair ? limit - 1 : limit;
}
