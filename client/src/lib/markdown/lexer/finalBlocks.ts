import type { MarkdownToken } from './tokens.ts';

const isFence = (token: MarkdownToken): boolean =>
  token.type === 'code' && token.codeBlockStyle !== 'indented';

const isHashHeading = (token: MarkdownToken): boolean =>
  token.type === 'heading' && /^ {0,3}#/.test(token.raw);

/** Words after its last dollar would make it part of a paragraph. */
const isCompleteFormula = (token: MarkdownToken): boolean =>
  token.type === 'math' && token.raw.endsWith('\n');

/** Whether a block is ended by its own syntax or by an empty line below it. */
const isClosed = (token: MarkdownToken): boolean =>
  ['space', 'heading', 'hr', 'math', 'details'].includes(token.type) ||
  isFence(token) ||
  /\n[ \t]*\n$/.test(token.raw);

/** Whether a block starts at its first line, regardless of what is above it. */
const interruptsParagraph = (token: MarkdownToken): boolean =>
  token.type === 'hr' || isFence(token) || isHashHeading(token) || isCompleteFormula(token);

/**
 * Returns how many of `tokens` can never change again while `source`, the text they were lexed from, grows at its
 * end: those above a block whose first line is complete and cannot belong to them.
 */
export function countFinalBlocks(tokens: readonly MarkdownToken[], source: string): number {
  let start = source.length;
  const limit = startOfOpenFormula(source);
  for (let at = tokens.length - 1; at > 0; at -= 1) {
    const token = tokens[at];
    const above = tokens[at - 1];
    if (!token || !above) break;
    start -= token.raw.length;
    const isCertain = start <= limit && isRecognized(token, source, start);
    if (isCertain && (isClosed(above) || interruptsParagraph(token))) return at;
  }
  return 0;
}

/** Whether the lines that decide the type of the block at `start` are complete; a table needs two. */
const isRecognized = (token: MarkdownToken, source: string, start: number): boolean =>
  token.type !== 'space' && hasLines(source, start, token.type === 'table' ? 2 : 1);

const formulaOpening = /^ {0,3}(?:\$\$|\\\[)/gm;

/**
 * Returns where a formula without an end may start: it would include every line up to its end, regardless of
 * how they are lexed now. It can only be below the last empty line.
 */
function startOfOpenFormula(source: string): number {
  formulaOpening.lastIndex = startOfLastEmptyLine(source);
  return formulaOpening.exec(source)?.index ?? Infinity;
}

function startOfLastEmptyLine(source: string): number {
  let end = source.lastIndexOf('\n');
  while (end > 0) {
    const start = source.lastIndexOf('\n', end - 1) + 1;
    if (source.slice(start, end).trim() === '') return start;
    end = start - 1;
  }
  return 0;
}

function hasLines(source: string, start: number, count: number): boolean {
  let at = start;
  for (let line = 0; line < count; line += 1) {
    at = source.indexOf('\n', at) + 1;
    if (at === 0) return false;
  }
  return true;
}
