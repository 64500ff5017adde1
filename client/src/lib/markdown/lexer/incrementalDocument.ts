import type { Links } from 'marked';
import { inlineParentAtEnd, lexBlocks } from './blockLexer.ts';
import type { LexedBlocks } from './blockLexer.ts';
import { countFinalBlocks } from './finalBlocks.ts';
import { findOversizedBlock } from './oversizedBlock.ts';
import type { MarkdownToken } from './tokens.ts';
import { lengthOfWeight, weightOf } from './weight.ts';

/** Weight of the text lexed at a time, so that a very long text takes several steps. More than the longest block. */
const defaultWindow = 24_000;
/** An open text of at most this weight is lexed again immediately; a heavier one when it grew by this share. */
const alwaysLexed = 4_000;
const growthShare = 1 / 32;
/** Weight of the text shown as Markdown. What follows is shown as it is: no page can hold endless elements. */
const maxWeight = 600_000;
/** Code is a single text without elements, so it weighs less. */
const codeShare = 1 / 4;

/** The result of one step. */
export interface Step {
  /** Blocks that can never change again, in order. They follow those of the step before. */
  final: MarkdownToken[];
  /** Blocks below them, which may still change. The next step returns them again. */
  open: MarkdownToken[];
  /** The inline tokens of the block that the text ends in. */
  last: object | undefined;
  /** Identify the reference links that `final` and `open` may use: equal strings mean equal links. */
  finalLinks: string;
  openLinks: string;
  /** Labels of the reference links whose definitions became final in this step. */
  defined: string[];
  /** There is more text than one step lexes. */
  more: boolean;
}

/** How much of the lexed text becomes final. */
interface Cut {
  /** Characters. */
  end: number;
  /** Tokens; null when a block is split, so that the final part must be lexed again. */
  count: number | null;
  prefix: string;
}

/**
 * A Markdown text that grows at its end. Final blocks are returned once and forgotten; only the open ones are
 * lexed again, so that all steps together cost little more than lexing the text once.
 */
export class IncrementalDocument {
  #rest = '';
  #restWeight = 0;
  /** Length and weight of the open text when it was last lexed. */
  #lexedLength = 0;
  #lexedWeight = 0;
  #finalWeight = 0;
  #window = defaultWindow;
  #endsInReturn = false;
  #links: Links = {};

  append(text: string): void {
    const whole = this.#endsInReturn ? `\r${text}` : text;
    this.#endsInReturn = whole.endsWith('\r');
    const more = (this.#endsInReturn ? whole.slice(0, -1) : whole).replace(/\r\n?/g, '\n');
    this.#rest += more;
    this.#restWeight += weightOf(more);
  }

  /** The text that is not final. */
  get rest(): string {
    return this.#rest;
  }

  /** Weight of the final blocks. */
  get finalWeight(): number {
    return this.#finalWeight;
  }

  /** Whether there is text that no step has lexed. */
  get hasUnlexed(): boolean {
    return this.#rest.length > this.#lexedLength;
  }

  /** Whether the text has grown enough since the last step to be lexed again. */
  get isWorthLexing(): boolean {
    const grown = this.#restWeight - this.#lexedWeight;
    return this.hasUnlexed && grown >= (this.#restWeight - alwaysLexed) * growthShare;
  }

  /** Lexes the open text. `isComplete` means that no text follows, so all of it becomes final. */
  step(isComplete: boolean): Step {
    if (isComplete && this.#endsInReturn) this.append('\n');
    if (this.#finalWeight > maxWeight) return this.#plainStep(isComplete);
    const source = this.#rest.slice(0, lengthOfWeight(this.#rest, this.#window));
    const isAll = source.length === this.#rest.length;
    const lexed = lexBlocks(source, this.#links);
    const cut = cutOf(lexed.tokens, source, { isComplete: isComplete && isAll, isAll });
    if (cut.end === 0 && !isAll) {
      // One block, such as a very long code block, fills the window.
      this.#window *= 2;
      return this.step(isComplete);
    }
    const { count } = cut;
    const isLast = isAll && count !== null;
    const newLinks = newLabels(lexed.links, this.#links);
    const { final, defined } = this.#finalize(lexed, source.slice(0, cut.end), count, newLinks.length > 0);
    this.#finalWeight += final.reduce((weight, token) => weight + weightOfBlock(token), 0);
    this.#setRest(cut.prefix + this.#rest.slice(cut.end), isLast);
    this.#window = defaultWindow;
    const finalLinks = String(Object.keys(this.#links).length);
    return {
      final,
      open: isLast ? lexed.tokens.slice(count) : [],
      last: inlineParentAtEnd(lexed.tokens, source)?.tokens,
      finalLinks,
      openLinks: newLinks.length > defined.length ? finalLinks + JSON.stringify(lexed.links) : finalLinks,
      defined,
      more: !isLast,
    };
  }

  #setRest(rest: string, isLexed: boolean): void {
    this.#rest = rest;
    this.#restWeight = weightOf(rest);
    this.#lexedLength = isLexed ? rest.length : 0;
    this.#lexedWeight = isLexed ? this.#restWeight : 0;
  }

  /** Returns the rest of a text that is too heavy as a single block without Markdown. */
  #plainStep(isComplete: boolean): Step {
    const text = this.#rest;
    const block: MarkdownToken[] = text
      ? [{ type: 'code', codeBlockStyle: 'indented', raw: text, text, lang: '' }]
      : [];
    const links = String(Object.keys(this.#links).length);
    this.#setRest(isComplete ? '' : text, true);
    return {
      final: isComplete ? block : [],
      open: isComplete ? [] : block,
      last: undefined,
      finalLinks: links,
      openLinks: links,
      defined: [],
      more: false,
    };
  }

  /** Returns the tokens of a block that became final earlier, with all links defined since. */
  lexAgain(source: string): MarkdownToken[] {
    return lexBlocks(source, this.#links).tokens;
  }

  /** Returns the tokens of `source`, the final part of what was lexed, and the labels it defines. */
  #finalize({ tokens }: LexedBlocks, source: string, count: number | null, hasNewLinks: boolean) {
    if (!hasNewLinks && count !== null) return { final: tokens.slice(0, count), defined: [] };
    // Lexed separately, it does not use a definition that is still being written below it.
    const own = lexBlocks(source, this.#links);
    const defined = newLabels(own.links, this.#links);
    this.#links = own.links;
    return { final: own.tokens, defined };
  }
}

const weightOfBlock = ({ type, raw }: MarkdownToken): number =>
  type === 'code' ? raw.length * codeShare : weightOf(raw);

/** Cuts inside a block that is too long, otherwise below the blocks that are final. */
function cutOf(
  tokens: readonly MarkdownToken[],
  source: string,
  { isComplete, isAll }: { isComplete: boolean; isAll: boolean },
): Cut {
  const oversized = findOversizedBlock(tokens);
  if (oversized) {
    const { start, length, prefix } = oversized;
    return { end: start + length, count: null, prefix };
  }
  const count = isComplete ? tokens.length : countFinalBlocks(tokens, source);
  // Many blocks, any of which more text might change: waiting for certainty would take too long.
  if (count === 0 && !isAll) return { end: lengthOfFirst(tokens), count: null, prefix: '' };
  return { end: lengthOf(tokens.slice(0, count)), count, prefix: '' };
}

const lengthOf = (tokens: readonly MarkdownToken[]): number =>
  tokens.reduce((length, { raw }) => length + raw.length, 0);

/** Returns the length of the first blocks, at most half a window and never the last block. */
function lengthOfFirst(tokens: readonly MarkdownToken[]): number {
  let weight = 0;
  const end = tokens.slice(0, -1).findIndex(({ raw }) => (weight += weightOf(raw)) > defaultWindow / 2);
  return lengthOf(tokens.slice(0, end === -1 ? -1 : Math.max(end, 1)));
}

const newLabels = (links: Links, known: Links): string[] =>
  Object.keys(links).filter((label) => !Object.hasOwn(known, label));
