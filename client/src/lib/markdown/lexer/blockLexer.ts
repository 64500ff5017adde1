import type { Lexer, Links } from 'marked';
import { createLexer } from './engine.ts';
import type { MarkdownToken } from './tokens.ts';

/** Characters of one run of inline text that is still looked into; far beyond any real paragraph. */
const maxInline = 16_384;

/** The text of a block whose inline tokens nobody has asked for yet. */
interface InlineSource {
  lexer: Lexer;
  source: string;
}

const unlexed = new WeakMap<object, InlineSource>();

export interface LexedBlocks {
  tokens: MarkdownToken[];
  /** The definitions of reference links, the given ones and those found. */
  links: Links;
  /** The inline tokens, not lexed yet, of the words the text ends in; undefined when it ends in none. */
  last: object | undefined;
}

/**
 * Splits `source` into blocks. What is inside them is lexed when it is asked for, so that a block that did not
 * change costs nothing more.
 */
export function lexBlocks(source: string, links: Links): LexedBlocks {
  const lexer = createLexer(links);
  const tokens = blocksOf(lexer, source);
  for (const { src, tokens: inline } of lexer.inlineQueue) unlexed.set(inline, { lexer, source: src });
  const end = lexer.inlineQueue.at(-1);
  lexer.inlineQueue = [];
  return { tokens, links: lexer.tokens.links, last: end && endsIn(source, end.src) ? end.tokens : undefined };
}

/** Whether `words`, taken out of `source`, are its very end. Indentation in between may be gone from them. */
function endsIn(source: string, words: string): boolean {
  const lastLine = words.slice(words.lastIndexOf('\n') + 1).trim();
  return lastLine !== '' && source.trimEnd().endsWith(lastLine);
}

/** A text that brings the lexer down (it never should) is shown as it is. */
function blocksOf(lexer: Lexer, source: string): MarkdownToken[] {
  try {
    return lexer.blockTokens(source, []) as MarkdownToken[];
  } catch {
    lexer.inlineQueue = [];
    return [{ type: 'paragraph', raw: source, text: source, tokens: [plain(source)] }];
  }
}

const plain = (text: string): MarkdownToken & { type: 'text' } => ({ type: 'text', raw: text, text });

/** The inline tokens of a block. `heal` may complete the text of a block that is still being written. */
export function inlineOf(tokens: readonly object[], heal?: (source: string) => string): MarkdownToken[] {
  const found = unlexed.get(tokens);
  if (found) {
    unlexed.delete(tokens);
    lexInline(found, tokens as MarkdownToken[], heal);
  }
  return tokens as MarkdownToken[];
}

function lexInline(
  { lexer, source }: InlineSource,
  into: MarkdownToken[],
  heal = (text: string) => text,
): void {
  const before = into.length;
  try {
    if (source.length > maxInline) throw new RangeError('too long to be prose');
    // An inline `<kbd>` left open ends with its block.
    lexer.state.inRawBlock = false;
    lexer.inlineTokens(heal(source), into);
  } catch {
    into.splice(before, into.length, plain(source));
  }
}
