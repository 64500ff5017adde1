import type { Emitter } from 'highlight.js';

/**
 * Receives what highlight.js finds and makes elements of it. No HTML is written, so none has to be read again,
 * and code can never be anything but text in a `<span>`.
 */
export class ColouredText implements Emitter {
  readonly root = document.createDocumentFragment();
  readonly #open: ParentNode[] = [this.root];

  addText(text: string): void {
    this.#top.append(text);
  }

  /** `scope` names a kind of word, such as `title.function`. */
  startScope(scope: string): void {
    const span = document.createElement('span');
    span.className = scope
      .split('.')
      .map((part, depth) => (depth === 0 ? `hljs-${part}` : part + '_'.repeat(depth)))
      .join(' ');
    this.#top.append(span);
    this.#open.push(span);
  }

  endScope(): void {
    if (this.#open.length > 1) this.#open.pop();
  }

  __addSublanguage(emitter: Emitter): void {
    if (emitter instanceof ColouredText) this.#top.append(emitter.root);
  }

  finalize(): void {
    this.#open.length = 1;
  }

  /** Nobody reads it; the interface asks for it. */
  toHTML(): string {
    return '';
  }

  get #top(): ParentNode {
    return this.#open.at(-1) ?? this.root;
  }
}
