import type { IncrementalDocument } from '../lexer/incrementalDocument.ts';
import { runLater } from '../scheduler.ts';
import { renderChildren } from './renderedNode.ts';
import type { RenderContext, RenderedNode } from './renderedNode.ts';

/** Words in brackets, any of which may be the label of a link that is defined further down. */
const labelPattern = /\[((?:\\.|[^[\]\\])+)\]/g;

/** Markdown ignores case and the amount of white space when it compares labels. */
const normalizeLabel = (label: string): string =>
  label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase();

/** Blocks rendered again within one frame. */
const maxAtOnce = 20;

/** Remembers which final blocks a later definition of a reference link would change. */
export class ReferenceLinks {
  readonly #blocksByLabel = new Map<string, Set<RenderedNode>>();

  remember(blocks: readonly RenderedNode[]): void {
    for (const block of blocks) {
      if (!block.node || block.token.type === 'code') continue;
      for (const [, label = ''] of block.token.raw.matchAll(labelPattern)) {
        this.#add(normalizeLabel(label), block);
      }
    }
  }

  /** Renders the blocks that use one of `labels` again: a few at once, many in later frames. */
  define(labels: readonly string[], context: RenderContext, document: IncrementalDocument): void {
    const blocks = new Set(labels.flatMap((label) => [...(this.#blocksByLabel.get(label) ?? [])]));
    for (const label of labels) this.#blocksByLabel.delete(label);
    const areMany = blocks.size > maxAtOnce;
    for (const block of blocks) {
      const render = () => renderAgain(block, context, document);
      if (areMany) runLater(render);
      else render();
    }
  }

  #add(label: string, block: RenderedNode): void {
    const blocks = this.#blocksByLabel.get(label);
    if (blocks) blocks.add(block);
    else this.#blocksByLabel.set(label, new Set([block]));
  }
}

function renderAgain(block: RenderedNode, context: RenderContext, document: IncrementalDocument): void {
  const { node } = block;
  if (!node?.parentElement) return;
  const tokens = document.lexAgain(block.token.raw);
  const [rendered] = renderChildren(node.parentElement, [block], tokens, {
    ...context,
    before: node.nextSibling,
  });
  if (rendered) Object.assign(block, rendered);
}
