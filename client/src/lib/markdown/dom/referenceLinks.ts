import type { MarkdownDocument } from '../lexer/incrementalDocument.ts';
import { renderChildren } from './renderedNode.ts';
import type { Branch } from './renderedNode.ts';
import { later } from '../scheduler.ts';

/** Words in brackets, any of which may be the label of a link that is defined further down. */
const labels = /\[((?:\\.|[^[\]\\])+)\]/g;

/** As Markdown compares labels: without regard to case and to the width of spaces. */
const normalise = (label: string): string =>
  label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase();

/** Blocks that are rendered again in the same frame. */
const maxAtOnce = 20;

/** Which finished blocks a definition that comes later would change. */
export class References {
  readonly #users = new Map<string, Set<Branch>>();

  remember(branches: readonly Branch[]): void {
    for (const branch of branches) {
      if (!branch.node || branch.token.type === 'code') continue;
      for (const [, label = ''] of branch.token.raw.matchAll(labels)) this.#add(normalise(label), branch);
    }
  }

  /** Renders the blocks that use one of `labels` again: a few at once, many in later frames. */
  define(labels: readonly string[], links: string, document: MarkdownDocument): void {
    const users = new Set(labels.flatMap((label) => [...(this.#users.get(label) ?? [])]));
    for (const label of labels) this.#users.delete(label);
    const isMany = users.size > maxAtOnce;
    for (const branch of users) {
      const again = () => renderAgain(branch, links, document);
      if (isMany) later(again);
      else again();
    }
  }

  #add(label: string, branch: Branch): void {
    const users = this.#users.get(label);
    if (users) users.add(branch);
    else this.#users.set(label, new Set([branch]));
  }
}

function renderAgain(branch: Branch, links: string, document: MarkdownDocument): void {
  const { node } = branch;
  if (!node?.parentElement) return;
  const tokens = document.lexAgain(branch.token.raw);
  const rendering = { links, last: undefined };
  const [again] = renderChildren(node.parentElement, [branch], tokens, rendering, node.nextSibling);
  if (again) Object.assign(branch, again);
}
