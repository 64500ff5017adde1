import { whenFree } from '../work.ts';
import type * as highlighter from './highlighter.ts';

/** Characters; colouring a longer listing could be felt. */
const maxLength = 30_000;
/** Characters of one line; minified code is not read. */
const maxLine = 2_000;

let loaded: typeof highlighter | undefined;

async function load(language: string): Promise<void> {
  loaded = await import('./highlighter.ts');
  await loaded.loadLanguage(language);
}

/**
 * Colours `text`, and hands over the result when there is one: at once when the language is there and the frame
 * has time left, otherwise later. False when it stays as it is: too long, or in a language nobody knows.
 */
export function highlight(text: string, language: string, show: (result: Node | string) => void): boolean {
  if (language === '' || loaded?.isKnown(language) === false) return false;
  if (text.length > maxLength || hasLongLine(text)) return false;
  whenFree(
    () => show(loaded?.colour(text, language) ?? text),
    loaded?.isLoaded(language) ? undefined : () => load(language),
  );
  return true;
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
