import { appendFastPath } from './dom/appendFastPath.ts';
import { ReferenceLinks } from './dom/referenceLinks.ts';
import { renderChildren } from './dom/renderedNode.ts';
import type { RenderedNode } from './dom/renderedNode.ts';
import { IncrementalDocument } from './lexer/incrementalDocument.ts';
import type { Step } from './lexer/incrementalDocument.ts';
import type { MarkdownToken } from './lexer/tokens.ts';
import { weightOf } from './lexer/weight.ts';
import type { MarkdownLabels } from './options.ts';
import { beginSlice, hasTime, mayBegin, runAll, runLater, spend } from './scheduler.ts';

/** Milliseconds without an update after which the end is lexed even if it has grown only a little. */
const restMs = 150;
/** Blocks rendered between two checks of the time, and the weight that ends a batch earlier. */
const batchSize = 8;
const maxBatchWeight = 4_000;
/** Weight beyond which the browser lays out only the blocks near the viewport. */
const maxLaidOutWeight = 40_000;

/**
 * Shows a Markdown text inside `root` and updates it as it grows. Final blocks are not changed; only the last, open
 * ones are rendered again. A long text appears over several frames.
 */
export class MarkdownView {
  readonly #root: HTMLElement;
  readonly #labels: MarkdownLabels;
  #document = new IncrementalDocument();
  #referenceLinks = new ReferenceLinks();
  #text = '';
  #isStreaming = false;
  /** The open blocks at the end. */
  #open: RenderedNode[] = [];
  /** The part of the document's last step that is not on the page yet. */
  #step: Step | null = null;
  #isWorking = false;
  /** There is text that is not on the page yet. */
  #isBehind = false;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #isDestroyed = false;

  constructor(root: HTMLElement, labels: MarkdownLabels) {
    this.#root = root;
    this.#labels = labels;
  }

  /** Shows `text`, which may grow while `isStreaming`. */
  update(text: string, isStreaming: boolean): void {
    if (text === this.#text && isStreaming === this.#isStreaming) return;
    if (!this.#isStreaming || !isContinuation(text, this.#text)) this.#reset();
    const more = text.slice(this.#text.length);
    this.#text = text;
    this.#isStreaming = isStreaming;
    this.#document.append(more);
    if (this.#isWorking) return;
    beginSlice();
    if (isStreaming && !this.#isBehind && appendFastPath(this.#open, this.#document.rest, more)) return;
    if (!isStreaming || this.#document.isWorthLexing) this.#work();
    else this.#workAfterRest();
  }

  /** Shows the whole text now, without regard to the frame. Used before printing. */
  finish(): void {
    while (this.#isWorking) this.#isWorking = this.#advance();
    runAll();
  }

  destroy(): void {
    this.#isDestroyed = true;
    clearTimeout(this.#restTimer);
  }

  #reset(): void {
    this.#root.replaceChildren();
    this.#document = new IncrementalDocument();
    this.#referenceLinks = new ReferenceLinks();
    this.#open = [];
    this.#step = null;
    this.#text = '';
    this.#isWorking = false;
    this.#isBehind = false;
  }

  /** Advances while the frame has time, and continues in a later frame. */
  #work(): void {
    clearTimeout(this.#restTimer);
    const document = this.#document;
    if (mayBegin()) {
      do this.#isWorking = this.#advance();
      while (this.#isWorking && hasTime());
    } else this.#isWorking = true;
    this.#isBehind = this.#isWorking || this.#document.hasUnlexed;
    if (!this.#isWorking && this.#isBehind) this.#workAfterRest();
    if (this.#isWorking) {
      runLater(() => {
        if (this.#isWorking && !this.#isDestroyed && document === this.#document) this.#work();
      });
    }
  }

  #workAfterRest(): void {
    this.#isBehind = true;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      beginSlice();
      this.#work();
    }, restMs);
  }

  /** Shows some more of the document; returns whether there is more to show. */
  #advance(): boolean {
    const step = (this.#step ??= this.#document.step(!this.#isStreaming));
    this.#root.classList.toggle('md-long', this.#document.finalWeight > maxLaidOutWeight);
    this.#renderFinal(step.final.splice(0, sizeOfBatch(step.final)), step.finalLinks);
    if (step.final.length > 0) return true;
    this.#step = null;
    const labels = this.#labels;
    this.#open = renderChildren(this.#root, this.#open, step.open, {
      labels,
      links: step.openLinks,
      last: step.last,
    });
    this.#open.forEach(setDirection);
    spend(weightOfAll(step.open));
    this.#referenceLinks.define(step.defined, { labels, links: step.finalLinks }, this.#document);
    // The text may have grown since the step was taken.
    return step.more || (this.#isStreaming ? this.#document.isWorthLexing : this.#document.rest !== '');
  }

  /** Shows final blocks in place of the first open ones. */
  #renderFinal(tokens: MarkdownToken[], links: string): void {
    spend(weightOfAll(tokens));
    const replaced = this.#open.slice(0, tokens.length);
    const rest = this.#open.slice(tokens.length);
    const before = rest.find(({ node }) => node)?.node ?? null;
    const blocks = renderChildren(this.#root, replaced, tokens, { labels: this.#labels, links, before });
    blocks.forEach(finalize);
    blocks.forEach(setDirection);
    this.#referenceLinks.remember(blocks);
    this.#open = rest;
  }
}

/** Returns how many of `tokens` to render before the next check of the time. */
function sizeOfBatch(tokens: readonly MarkdownToken[]): number {
  let weight = 0;
  for (const [at, token] of tokens.slice(0, batchSize).entries()) {
    weight += weightOf(token.raw);
    if (weight > maxBatchWeight) return Math.max(at, 1);
  }
  return batchSize;
}

/** Code counts when it is shown, line by line. */
const weightOfAll = (tokens: readonly MarkdownToken[]): number =>
  tokens.reduce((sum, { type, raw }) => sum + (type === 'code' ? 0 : weightOf(raw)), 0);

/** A block reads from left or from right, depending on its first letter. */
function setDirection({ node }: RenderedNode): void {
  if (node instanceof HTMLElement && !node.dir) node.dir = 'auto';
}

/** Marks the code in a block as complete, even without a closing fence. */
function finalize(node: RenderedNode): void {
  node.finalize?.();
  for (const child of node.children) finalize(child);
}

/** Like `startsWith`, which compares letter by letter; comparing whole strings is many times faster. */
const isContinuation = (text: string, before: string): boolean => text.slice(0, before.length) === before;
