import type { HLJSApi } from 'highlight.js';
import { runWhenReady } from '../scheduler.ts';
import { findLanguage } from './languages.ts';

/** Characters; highlighting longer code would be noticeable. */
const maxLength = 20_000;
/** Characters of one line; longer lines are minified code. */
const maxLineLength = 2_000;
/** Levels of spans; real code has about ten. */
const maxDepth = 40;

let api: HLJSApi | undefined;
let loading: Promise<HLJSApi> | undefined;

async function loadApi(): Promise<HLJSApi> {
  const { default: core } = await import('highlight.js/lib/core');
  return (api = core);
}

/** Loads the language called `name` and those embedded in it. */
async function loadLanguage(name: string): Promise<void> {
  const core = await (loading ??= loadApi());
  const language = findLanguage(name);
  if (!language || core.getLanguage(language.name)) return;
  const [{ default: definition }] = await Promise.all([
    language.load(),
    ...(language.embeds ?? []).map((other) => loadLanguage(other)),
  ]);
  core.registerLanguage(language.name, definition);
}

/** Returns the highlighted text in sections that end at the given positions. */
export type HighlightedText = (ends: readonly number[]) => Node[];

/**
 * Highlights `text` and passes the result to `show`: now if the language is loaded and the frame has time left,
 * otherwise later. Returns false if the text is not highlighted: too long, or in an unknown language.
 */
export function highlight(text: string, name: string, show: (highlighted: HighlightedText) => void): boolean {
  const language = findLanguage(name);
  if (!language || text.length > maxLength || hasLongLine(text)) return false;
  const isLoaded = api?.getLanguage(language.name) !== undefined;
  runWhenReady(
    () => {
      const html = highlightNow(text, language.name);
      if (html !== null) show((ends) => toSections(html, ends));
    },
    isLoaded ? undefined : () => loadLanguage(language.name),
  );
  return true;
}

function highlightNow(text: string, language: string): string | null {
  const result = api?.highlight(text, { language, ignoreIllegals: true });
  return !result || result.errorRaised ? null : result.value;
}

/** All that highlight.js writes: spans with a class, and text in which five characters are escaped. */
const markup = /<span class="([^"]*)">|<\/span>|([^<]+)/g;
const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
};

/** Builds the nodes of highlighted code. No HTML is parsed, so code is always plain text in spans. */
function toSections(html: string, ends: readonly number[]): Node[] {
  const sections = new Sections(ends);
  for (const [, className, text] of html.matchAll(markup)) {
    if (text !== undefined)
      sections.addText(text.replace(/&[#\w]+;/g, (entity) => entities[entity] ?? entity));
    else if (className === undefined) sections.close();
    else sections.open(className);
  }
  return sections.roots;
}

/** Nested spans, divided at the ends of sections: what is open there is opened again in the next one. */
class Sections {
  readonly roots: Node[] = [document.createDocumentFragment()];
  readonly #ends: readonly number[];
  readonly #open: string[] = [];
  #parent: Node = this.roots[0] as Node;
  #length = 0;

  constructor(ends: readonly number[]) {
    this.#ends = ends;
  }

  open(className: string): void {
    this.#open.push(className);
    // Deeper spans look the same, and deeply nested elements overflow the stack of the browser.
    if (this.#open.length <= maxDepth) this.#parent = this.#parent.appendChild(spanOf(className));
  }

  close(): void {
    if (this.#open.length <= maxDepth) this.#parent = this.#parent.parentNode ?? this.#parent;
    this.#open.pop();
  }

  addText(text: string): void {
    const end = this.#ends[this.roots.length - 1] ?? Infinity;
    const fitting = text.slice(0, end - this.#length);
    this.#length += fitting.length;
    if (fitting !== '') this.#parent.appendChild(document.createTextNode(fitting));
    if (fitting.length === text.length) return;
    this.#startSection();
    this.addText(text.slice(fitting.length));
  }

  #startSection(): void {
    this.#parent = document.createDocumentFragment();
    this.roots.push(this.#parent);
    for (const className of this.#open.slice(0, maxDepth)) {
      this.#parent = this.#parent.appendChild(spanOf(className));
    }
  }
}

function spanOf(className: string): HTMLElement {
  const span = document.createElement('span');
  span.className = className;
  return span;
}

function hasLongLine(text: string): boolean {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const length = (end === -1 ? text.length : end) - start;
    if (length > maxLineLength) return true;
    start += length + 1;
  }
  return false;
}
