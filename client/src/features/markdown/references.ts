import type { MarkdownDocument } from './lex/document.ts';
import { renderChildren } from './render/branch.ts';
import type { Branch } from './render/branch.ts';

/** Words in brackets, any of which may be the label of a link that is defined further down. */
const labels = /\[((?:\\.|[^[\]\\])+)\]/g;

/** As Markdown compares labels: without regard to case and to the width of spaces. */
const normalise = (label: string): string =>
  label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase();

/** Which finished blocks a definition that comes later would change. */
export class References {
  readonly #users = new Map<string, Set<Branch>>();

  remember(branches: readonly Branch[]): void {
    for (const branch of branches) {
      if (!branch.node || branch.token.type === 'code') continue;
      for (const [, label = ''] of branch.token.raw.matchAll(labels)) this.#add(normalise(label), branch);
    }
  }

  /** Renders the blocks that use `label` again. */
  define(label: string, links: string, document: MarkdownDocument): void {
    for (const branch of this.#users.get(label) ?? []) {
      const root = branch.node?.parentElement;
      if (!root) continue;
      const { nextSibling } = branch.node ?? {};
      const tokens = document.lexAgain(branch.token.raw);
      const rendering = { links, last: undefined };
      const [again] = renderChildren(root, [branch], tokens, rendering, nextSibling ?? null);
      if (again) Object.assign(branch, again);
    }
    this.#users.delete(label);
  }

  #add(label: string, branch: Branch): void {
    const users = this.#users.get(label);
    if (users) users.add(branch);
    else this.#users.set(label, new Set([branch]));
  }
}
