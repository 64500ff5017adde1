/** Characters of a title made from a question: what the sidebar shows in one line, and a little more. */
const titleChars = 80;

/** The first line of the question, without Markdown's marks, cut at a word. */
export function titleFromQuestion(question: string): string {
  const firstLine = question.split('\n').find((line) => /[\p{L}\p{N}]/u.test(line)) ?? question;
  const plain = firstLine
    .replace(/[`*_#>~]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (plain.length <= titleChars) return plain || question.trim().slice(0, titleChars) || 'New chat';
  const cut = plain.slice(0, titleChars);
  const lastSpace = cut.lastIndexOf(' ');
  return `${(lastSpace > titleChars / 2 ? cut.slice(0, lastSpace) : cut).toWellFormed()}…`;
}
