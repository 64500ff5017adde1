import core from 'highlight.js/lib/core';
import { coloured } from './coloured.ts';
import type { ScopeNode } from './coloured.ts';
import { findLanguage } from './languages.ts';

export const isKnown = (name: string): boolean => findLanguage(name) !== null;

/** Whether a text in the language called `name` can be coloured right now. */
export function isLoaded(name: string): boolean {
  const language = findLanguage(name);
  return language !== null && core.getLanguage(language.name) !== undefined;
}

/** Fetches the language called `name` and those written inside it. */
export async function loadLanguage(name: string): Promise<void> {
  const language = findLanguage(name);
  if (!language || core.getLanguage(language.name)) return;
  const [{ default: definition }] = await Promise.all([
    language.load(),
    ...(language.needs ?? []).map((other) => loadLanguage(other)),
  ]);
  core.registerLanguage(language.name, definition);
}

/** The elements of `text` in colour; null when its language is not there, or gave up. */
export function colour(text: string, name: string): Node | null {
  const language = findLanguage(name);
  if (!language || !core.getLanguage(language.name)) return null;
  const result = core.highlight(text, { language: language.name, ignoreIllegals: true });
  if (result.errorRaised) return null;
  // The tree behind its HTML, which its types do not name.
  const { root } = result._emitter as unknown as { root?: ScopeNode };
  return root ? coloured(root) : null;
}
