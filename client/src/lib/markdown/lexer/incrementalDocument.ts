import type { Links } from 'marked';
import { lexBlocks } from './blockLexer.ts';
import type { LexedBlocks } from './blockLexer.ts';
import { findOversize } from './oversizedBlock.ts';
import { settledCount } from './finalBlocks.ts';
import type { MarkdownToken } from './tokens.ts';

/** Characters lexed at a time, so that a very long text is worked off in steps. More than the longest block. */
const window = 32_000;
/** A text that goes on growing is lexed again when it has grown by this share, but at once while it is short. */
const alwaysLexed = 4_000;
const growthShare = 1 / 32;

/** What one step found. */
export interface Step {
  /** Blocks that can never change again, in order. They follow those of the step before. */
  settled: MarkdownToken[];
  /** Blocks below them, which may still change. The next step gives them again. */
  open: MarkdownToken[];
  /** The inline tokens of the block the text ends in. */
  last: object | undefined;
  /** Names the reference links that `settled` and `open` may use: the same name, the same links. */
  settledLinks: string;
  openLinks: string;
  /** Labels of reference links that this step defined for good. */
  defined: string[];
  /** There is more text than one step takes. */
  more: boolean;
}

/**
 * A Markdown text that grows at its end. Blocks that are over are handed out once and forgotten; only what is
 * still open is lexed again, so that the whole costs little more than lexing it once.
 */
export class MarkdownDocument {
  #rest = '';
  #lexedLength = 0;
  #window = window;
  #endsInReturn = false;
  #links: Links = {};

  append(text: string): void {
    const whole = this.#endsInReturn ? `\r${text}` : text;
    this.#endsInReturn = whole.endsWith('\r');
    this.#rest += (this.#endsInReturn ? whole.slice(0, -1) : whole).replace(/\r\n?/g, '\n');
  }

  /** The text that is not settled. */
  get rest(): string {
    return this.#rest;
  }

  /** Whether there is text that no step has seen. */
  get hasUnseen(): boolean {
    return this.#rest.length > this.#lexedLength;
  }

  /** Whether enough has come since the last step to look again. */
  get isWorthLexing(): boolean {
    const grown = this.#rest.length - this.#lexedLength;
    return this.hasUnseen && grown >= (this.#rest.length - alwaysLexed) * growthShare;
  }

  /** Lexes the open text. `final` says that nothing comes after it, so all of it settles. */
  step(final: boolean): Step {
    if (final && this.#endsInReturn) this.append('\n');
    const source = this.#rest.slice(0, this.#window);
    const isAll = source.length === this.#rest.length;
    const lexed = lexBlocks(source, this.#links);
    const oversize = findOversize(lexed.tokens);
    const isOver = isAll && !oversize;
    const count =
      oversize?.index ?? (final && isAll ? lexed.tokens.length : settledCount(lexed.tokens, source));
    const end = oversize ? oversize.start + oversize.length : lengthOf(lexed.tokens.slice(0, count));
    if (end === 0 && !isAll) {
      // One block, such as a very long listing, fills the window.
      this.#window *= 2;
      return this.step(final);
    }
    const found = newKeys(lexed.links, this.#links);
    const { settled, defined } = this.#settle(
      lexed,
      source.slice(0, end),
      oversize ? -1 : count,
      found.length > 0,
    );
    this.#rest = (oversize?.prefix ?? '') + this.#rest.slice(end);
    this.#window = window;
    this.#lexedLength = isOver ? this.#rest.length : 0;
    const settledLinks = String(Object.keys(this.#links).length);
    return {
      settled,
      open: isOver ? lexed.tokens.slice(count) : [],
      last: lexed.last,
      settledLinks,
      openLinks: found.length > defined.length ? settledLinks + JSON.stringify(lexed.links) : settledLinks,
      defined,
      more: !isOver,
    };
  }

  /** The tokens of a block that settled earlier, with all the links that were defined since. */
  lexAgain(source: string): MarkdownToken[] {
    return lexBlocks(source, this.#links).tokens;
  }

  /** The tokens of `source`, the part of what was lexed that is over, and the labels it defines. */
  #settle({ tokens }: LexedBlocks, source: string, count: number, hasNewLinks: boolean) {
    if (!hasNewLinks && count >= 0) return { settled: tokens.slice(0, count), defined: [] };
    // Lexed by itself, it sees no definition that is still being written below it.
    const own = lexBlocks(source, this.#links);
    const defined = newKeys(own.links, this.#links);
    this.#links = own.links;
    return { settled: own.tokens, defined };
  }
}

const lengthOf = (tokens: readonly MarkdownToken[]): number =>
  tokens.reduce((length, token) => length + token.raw.length, 0);

const newKeys = (links: Links, known: Links): string[] =>
  Object.keys(links).filter((label) => !Object.hasOwn(known, label));
