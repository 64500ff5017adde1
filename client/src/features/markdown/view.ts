import { MarkdownDocument } from './lex/document.ts';
import type { Step } from './lex/document.ts';
import { References } from './references.ts';
import { renderChildren } from './render/branch.ts';
import type { Branch } from './render/branch.ts';
import { appendToEnd } from './openEnd.ts';
import { beginSlice, hasTime, later } from './work.ts';

/** Milliseconds after which an end that was not looked at is, although little was added to it. */
const restMs = 150;

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
    if (!this.#isStreaming || !text.startsWith(this.#text)) this.#reset();
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
    while (this.#isWorking) this.#isWorking = this.#step();
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
    this.#text = '';
    this.#isWorking = false;
    this.#isBehind = false;
  }

  /** Takes steps while there is time, and goes on in a later frame. */
  #work(): void {
    clearTimeout(this.#restTimer);
    const document = this.#document;
    do this.#isWorking = this.#step();
    while (this.#isWorking && hasTime());
    this.#isBehind = this.#isWorking;
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

  /** Shows what one step of the document found; true when there is more. */
  #step(): boolean {
    const step = this.#document.step(!this.#isStreaming);
    const settled = this.#show(step);
    for (const label of step.defined) this.#references.define(label, step.settledLinks, this.#document);
    this.#references.remember(settled);
    return step.more;
  }

  /** Shows the blocks of `step` in the place of those that were open, and returns the settled ones. */
  #show({ settled, open, last, settledLinks, openLinks }: Step): Branch[] {
    const root = this.#root;
    const rendering = { links: settledLinks, last: undefined };
    const rest = this.#open.slice(settled.length);
    const after = rest.find(({ node }) => node)?.node ?? null;
    const done = renderChildren(root, this.#open.slice(0, settled.length), settled, rendering, after);
    this.#open = renderChildren(root, rest, open, { links: openLinks, last });
    for (const { node } of [...done, ...this.#open]) {
      if (node instanceof HTMLElement && !node.dir) node.dir = 'auto';
    }
    for (const branch of done) settle(branch);
    return done;
  }
}

/** Tells the code in a block that nothing will be added to it, closed or not. */
function settle(branch: Branch): void {
  branch.settle?.();
  for (const child of branch.children) settle(child);
}
