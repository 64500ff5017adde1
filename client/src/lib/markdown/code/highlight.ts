import type { HLJSApi } from 'highlight.js';
import { whenFree } from '../scheduler.ts';
import { coloured } from './coloured.ts';
import type { ScopeNode } from './coloured.ts';
import { findLanguage } from './languages.ts';

/** Characters; colouring a longer listing could be felt. */
const maxLength = 30_000;
/** Characters of one line; minified code is not read. */
const maxLine = 2_000;

let api: HLJSApi | undefined;
let loading: Promise<HLJSApi> | undefined;

async function loadApi(): Promise<HLJSApi> {
  const { default: core } = await import('highlight.js/lib/core');
  return (api = core);
}

/** Fetches the language called `name` and those written inside it. */
async function loadLanguage(name: string): Promise<void> {
  const core = await (loading ??= loadApi());
  const language = findLanguage(name);
  if (!language || core.getLanguage(language.name)) return;
  const [{ default: definition }] = await Promise.all([
    language.load(),
    ...(language.needs ?? []).map((other) => loadLanguage(other)),
  ]);
  core.registerLanguage(language.name, definition);
}

/**
 * Colours `text`, and hands over the result when there is one: at once when the language is there and the frame
 * has time left, otherwise later. False when it stays as it is: too long, or in a language nobody knows.
 */
export function highlight(text: string, name: string, show: (coloured: Node | string) => void): boolean {
  const language = findLanguage(name);
  if (!language || text.length > maxLength || hasLongLine(text)) return false;
  const isLoaded = api?.getLanguage(language.name) !== undefined;
  whenFree(
    () => show(colour(text, language.name) ?? text),
    isLoaded ? undefined : () => loadLanguage(language.name),
  );
  return true;
}

function colour(text: string, language: string): Node | null {
  const result = api?.highlight(text, { language, ignoreIllegals: true });
  if (!result || result.errorRaised) return null;
  // The tree behind its HTML, which its types do not name.
  const { root } = result._emitter as unknown as { root?: ScopeNode };
  return root ? coloured(root) : null;
}

function hasLongLine(text: string): boolean {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const length = (end === -1 ? text.length : end) - start;
    if (length > maxLine) return true;
    start += length + 1;
  }
  return false;
}
