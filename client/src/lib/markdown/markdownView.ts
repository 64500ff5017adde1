import { MarkdownDocument } from './lexer/incrementalDocument.ts';
import type { Step } from './lexer/incrementalDocument.ts';
import type { MarkdownToken } from './lexer/tokens.ts';
import { References } from './dom/referenceLinks.ts';
import { renderChildren } from './dom/renderedNode.ts';
import type { Branch } from './dom/renderedNode.ts';
import { appendToEnd } from './dom/appendFastPath.ts';
import { beginSlice, hasTime, later } from './scheduler.ts';

/** Milliseconds after which an end that was not looked at is, although little was added to it. */
const restMs = 150;
/** Blocks that are shown without a look at the clock. */
const batch = 8;

/**
 * Shows a Markdown text inside `root`, and follows it as it grows. The blocks that are over stay untouched; only
 * the last, open ones are looked at again. A long text appears in several frames.
 */
export class MarkdownView {
  readonly #root: HTMLElement;
  #document = new MarkdownDocument();
  #references = new References();
  #text = '';
  #isStreaming = false;
  /** The open blocks at the end. */
  #open: Branch[] = [];
  /** What the document found and is not shown yet. */
  #step: Step | null = null;
  #isWorking = false;
  /** There is text that nothing on the page shows yet. */
  #isBehind = false;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #isGone = false;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** Shows `text`, to which more will be added while `isStreaming`. */
  update(text: string, isStreaming: boolean): void {
    if (text === this.#text && isStreaming === this.#isStreaming) return;
    if (!this.#isStreaming || !isContinuation(text, this.#text)) this.#reset();
    const more = text.slice(this.#text.length);
    this.#text = text;
    this.#isStreaming = isStreaming;
    this.#document.append(more);
    if (this.#isWorking) return;
    beginSlice();
    if (isStreaming && !this.#isBehind && appendToEnd(this.#open, this.#document.rest, more)) return;
    if (!isStreaming || this.#document.isWorthLexing) this.#work();
    else this.#workWhenResting();
  }

  /** Shows all there is at once, however long it takes: before printing. */
  finish(): void {
    while (this.#isWorking) this.#isWorking = this.#advance();
  }

  destroy(): void {
    this.#isGone = true;
    clearTimeout(this.#restTimer);
  }

  #reset(): void {
    this.#root.replaceChildren();
    this.#document = new MarkdownDocument();
    this.#references = new References();
    this.#open = [];
    this.#step = null;
    this.#text = '';
    this.#isWorking = false;
    this.#isBehind = false;
  }

  /** Takes steps while there is time, and goes on in a later frame. */
  #work(): void {
    clearTimeout(this.#restTimer);
    const document = this.#document;
    do this.#isWorking = this.#advance();
    while (this.#isWorking && hasTime());
    this.#isBehind = this.#isWorking || this.#document.hasUnseen;
    if (!this.#isWorking && this.#isBehind) this.#workWhenResting();
    if (this.#isWorking) {
      later(() => {
        if (this.#isWorking && !this.#isGone && document === this.#document) this.#work();
      });
    }
  }

  #workWhenResting(): void {
    this.#isBehind = true;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      beginSlice();
      this.#work();
    }, restMs);
  }

  /** Shows some more of what the document found; true when that is not all. */
  #advance(): boolean {
    const step = (this.#step ??= this.#document.step(!this.#isStreaming));
    this.#showSettled(step.settled.splice(0, batch), step.settledLinks);
    if (step.settled.length > 0) return true;
    this.#step = null;
    this.#open = renderChildren(this.#root, this.#open, step.open, {
      links: step.openLinks,
      last: step.last,
    });
    this.#open.forEach(readFromItsStart);
    this.#references.define(step.defined, step.settledLinks, this.#document);
    // More may have been added since the step was taken.
    return step.more || (this.#isStreaming ? this.#document.isWorthLexing : this.#document.rest !== '');
  }

  /** Shows blocks that are over in the place of the first open ones. */
  #showSettled(tokens: MarkdownToken[], links: string): void {
    const [first, rest] = [this.#open.slice(0, tokens.length), this.#open.slice(tokens.length)];
    const after = rest.find(({ node }) => node)?.node ?? null;
    const settled = renderChildren(this.#root, first, tokens, { links, last: undefined }, after);
    settled.forEach(settle);
    settled.forEach(readFromItsStart);
    this.#references.remember(settled);
    this.#open = rest;
  }
}

/** A block is read from the side that its first letter is read from. */
function readFromItsStart({ node }: Branch): void {
  if (node instanceof HTMLElement && !node.dir) node.dir = 'auto';
}

/** Tells the code in a block that nothing will be added to it, closed or not. */
function settle(branch: Branch): void {
  branch.settle?.();
  for (const child of branch.children) settle(child);
}

/** Like `startsWith`, which compares letter by letter; comparing whole strings is many times faster. */
const isContinuation = (text: string, before: string): boolean => text.slice(0, before.length) === before;
