import { limits } from '#shared/limits';
import { toSingleLine } from '#shared/values';

/** Title of a chat until its first question. */
export const untitled = 'New chat';

/** Maximum characters of a title made from a question: slightly more than one line of the sidebar. */
const titleChars = 80;

/** Characters of a text that are searched for a title. The text may be long, and cleaning it takes time. */
const searchedChars = 4 * limits.title;

/** The first line of the question without Markdown characters, cut at a word; empty when the question is blank. */
export function titleFromQuestion(question: string): string {
  const firstLine = question.split('\n').find((line) => /[\p{L}\p{N}]/u.test(line)) ?? question;
  const start = firstLine.slice(0, searchedChars);
  const plain = toSingleLine(start.replace(/[`*_#>~]+/g, ' '));
  if (plain.length <= titleChars)
    return plain || toSingleLine(question.slice(0, searchedChars)).slice(0, titleChars).toWellFormed();
  const cut = plain.slice(0, titleChars);
  const lastSpace = cut.lastIndexOf(' ');
  return `${(lastSpace > titleChars / 2 ? cut.slice(0, lastSpace) : cut).toWellFormed()}…`;
}

/** The first line of a model's suggestion without labels, quotation marks and full stop; undefined when empty. */
export function titleFromModel(suggestion: string): string | undefined {
  const line = suggestion
    .replace(/<think>[\s\S]*?(<\/think>|$)/g, '')
    .trimStart()
    .slice(0, searchedChars)
    .split('\n')
    .map((each) => each.trim())
    .find((each) => each.length > 0);
  const title = line?.replace(/^(title\s*:|#+|["'“”*\s])+|["'“”*.\s]+$/gi, '').slice(0, limits.title);
  return (title && toSingleLine(title)) || undefined;
}
