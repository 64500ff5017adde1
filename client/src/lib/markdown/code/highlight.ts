import type { HLJSApi } from 'highlight.js';
import { runWhenReady } from '../scheduler.ts';
import { findLanguage } from './languages.ts';

/** Characters; highlighting longer code would be noticeable. */
const maxLength = 30_000;
/** Characters of one line; longer lines are minified code. */
const maxLineLength = 2_000;

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

/**
 * Highlights `text` and passes the result to `show`: now if the language is loaded and the frame has time left,
 * otherwise later. Returns false if the text is not highlighted: too long, or in an unknown language.
 */
export function highlight(text: string, name: string, show: (highlighted: Node | string) => void): boolean {
  const language = findLanguage(name);
  if (!language || text.length > maxLength || hasLongLine(text)) return false;
  const isLoaded = api?.getLanguage(language.name) !== undefined;
  runWhenReady(
    () => show(highlightNow(text, language.name) ?? text),
    isLoaded ? undefined : () => loadLanguage(language.name),
  );
  return true;
}

function highlightNow(text: string, language: string): Node | null {
  const result = api?.highlight(text, { language, ignoreIllegals: true });
  return !result || result.errorRaised ? null : toNodes(result.value);
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
function toNodes(html: string): Node {
  const root = document.createDocumentFragment();
  let parent: Node = root;
  for (const [, className, text] of html.matchAll(markup)) {
    if (text !== undefined) {
      parent.appendChild(
        document.createTextNode(text.replace(/&[#\w]+;/g, (entity) => entities[entity] ?? entity)),
      );
    } else if (className === undefined) {
      parent = parent.parentNode ?? root;
    } else {
      const span = document.createElement('span');
      span.className = className;
      parent = parent.appendChild(span);
    }
  }
  return root;
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
