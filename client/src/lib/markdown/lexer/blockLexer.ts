import { Hooks, Lexer, Marked } from 'marked';
import type { Links, Token } from 'marked';
import { BoundedTokenizer } from './boundedTokenizer.ts';
import { detailsExtension } from './detailsSyntax.ts';
import { maskFormulas } from './formulaMask.ts';
import { mathExtensions } from './mathSyntax.ts';
import { maxInlineWeight } from './oversizedBlock.ts';
import type { MarkdownToken } from './tokens.ts';
import { weightOf } from './weight.ts';

/** GitHub Flavored Markdown with tables and task lists, where a line break in the source is a line break. */
const engine = new Marked({ gfm: true, breaks: true, extensions: [...mathExtensions, detailsExtension] });

/** Which lexer to use for inline tokens that are not lexed yet. */
const pending = new WeakMap<object, Lexer>();

/** marked's lexer, except that inline text is lexed on demand and that emphasis ignores formulas. */
class LazyLexer extends Lexer {
  /** The text that `inlineTokens` is lexing. */
  #source = '';

  constructor(links: Links) {
    const hooks = new Hooks();
    super({ ...engine.defaults, tokenizer: new BoundedTokenizer(), hooks });
    hooks.emStrongMask = (masked) => maskFormulas(this.#source, masked);
    Object.assign(this.tokens.links, links);
  }

  override inline(source: string, tokens: Token[] = []): Token[] {
    pending.set(tokens, this);
    return super.inline(source, tokens);
  }

  override inlineTokens(source: string, tokens?: Token[]): Token[] {
    // marked requests the mask before it lexes anything nested.
    this.#source = source;
    return super.inlineTokens(source, tokens);
  }
}

export interface LexedBlocks {
  tokens: MarkdownToken[];
  /** The definitions of reference links: the given ones and those found. */
  links: Links;
}

/**
 * Splits `source` into block tokens. Their inline text is lexed when `inlineTokensOf` needs it, so that a block
 * that did not change costs nothing.
 */
export function lexBlocks(source: string, links: Links): LexedBlocks {
  const lexer = new LazyLexer(links);
  return { tokens: blockTokens(lexer, source), links: lexer.tokens.links };
}

/** If the lexer ever throws, the text is shown as it is. */
function blockTokens(lexer: Lexer, source: string): MarkdownToken[] {
  try {
    return lexer.blockTokens(source, []) as MarkdownToken[];
  } catch {
    return [{ type: 'paragraph', raw: source, text: source, tokens: [plainText(source)] }];
  }
}

const plainText = (text: string): MarkdownToken & { type: 'text' } => ({ type: 'text', raw: text, text });

/** A block whose `text` is inline Markdown. */
export interface InlineParent {
  text: string;
  tokens: readonly object[];
}

/** Returns the inline tokens of a block. `complete` may close the syntax of a block that is still being written. */
export function inlineTokensOf(parent: InlineParent, complete?: (source: string) => string): MarkdownToken[] {
  const tokens = parent.tokens as MarkdownToken[];
  const lexer = pending.get(tokens);
  if (!lexer) return tokens;
  pending.delete(tokens);
  // A task's checkbox is a token already.
  const start = tokens.reduce((length, { raw }) => length + raw.length, 0);
  const source = parent.text.slice(start);
  lexInline(lexer, source, tokens, complete);
  return tokens;
}

function lexInline(
  lexer: Lexer,
  source: string,
  into: MarkdownToken[],
  complete: (source: string) => string = (text) => text,
): void {
  const before = into.length;
  try {
    if (weightOf(source) > maxInlineWeight) throw new RangeError('Too long to be prose');
    // An inline `<kbd>` left open ends with its block.
    lexer.state.inRawBlock = false;
    lexer.inlineTokens(complete(source), into);
  } catch {
    into.splice(before, into.length, plainText(source));
  }
}

/** Returns the block whose inline text is the very end of `source`; undefined when something else ends it. */
export function inlineParentAtEnd(
  tokens: readonly MarkdownToken[],
  source: string,
): InlineParent | undefined {
  const parent = lastInlineParent(tokens);
  // Indentation inside the block is not part of its text, so only its last line is compared.
  const lastLine = parent?.text.slice(parent.text.lastIndexOf('\n') + 1).trim();
  return lastLine && source.trimEnd().endsWith(lastLine) ? parent : undefined;
}

function lastInlineParent(tokens: readonly MarkdownToken[]): InlineParent | undefined {
  const last = tokens.findLast(({ type }) => type !== 'space');
  if (!last) return undefined;
  switch (last.type) {
    case 'list':
      return lastInlineParent(last.items);
    case 'table':
      return (last.rows.at(-1) ?? last.header).at(-1);
    case 'details':
      return lastInlineParent([last.summary, ...last.tokens]);
    default:
      if (!('tokens' in last) || !last.tokens) return undefined;
      if ('text' in last && pending.has(last.tokens)) return { text: last.text, tokens: last.tokens };
      return lastInlineParent(last.tokens as MarkdownToken[]);
  }
}
