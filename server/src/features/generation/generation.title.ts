import { limits } from '#shared/limits';
import { sanitizeText } from '#shared/values';

/** Characters in which a title is looked for: a model may send very many others, and cleaning takes its time. */
const lookedAt = 4 * limits.title;

/** A title as a model gave it, fit to be one: a single line without quotes; undefined when nothing is left. */
export function cleanTitle(text: string): string | undefined {
  const line = text
    .replace(/<think>[\s\S]*?(<\/think>|$)/g, '')
    .trimStart()
    .slice(0, lookedAt)
    .split('\n')
    .map((each) => each.trim())
    .find((each) => each.length > 0);
  const title = line?.replace(/^(title\s*:|#+|["'“”*\s])+|["'“”*.\s]+$/gi, '').slice(0, limits.title);
  return (title && sanitizeText(title)) || undefined;
}
