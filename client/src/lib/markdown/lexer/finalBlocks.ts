import type { MarkdownToken } from './tokens.ts';

const isFence = (token: MarkdownToken): boolean =>
  token.type === 'code' && token.codeBlockStyle !== 'indented';

const isHashHeading = (token: MarkdownToken): boolean =>
  token.type === 'heading' && /^ {0,3}#/.test(token.raw);

/** Words behind its last dollar would make it part of a paragraph. */
const isWholeFormula = (token: MarkdownToken): boolean => token.type === 'maths' && token.raw.endsWith('\n');

/** Blocks that have an end of their own, or an empty line below them. */
const isOver = (token: MarkdownToken): boolean =>
  ['space', 'heading', 'hr', 'maths', 'details'].includes(token.type) ||
  isFence(token) ||
  /\n[ \t]*\n$/.test(token.raw);

/** Blocks that begin where their first line does, whatever stands above it. */
const interrupts = (token: MarkdownToken): boolean =>
  token.type === 'hr' || isFence(token) || isHashHeading(token) || isWholeFormula(token);

/**
 * How many of `tokens`, lexed from the beginning of a text that goes on growing, can never change again:
 * those above a block whose first line is complete and cannot belong to them any more.
 */
export function settledCount(tokens: readonly MarkdownToken[], source: string): number {
  let start = source.length;
  const limit = startOfOpenFormula(source);
  for (let at = tokens.length - 1; at > 0; at -= 1) {
    const token = tokens[at];
    const above = tokens[at - 1];
    if (!token || !above) break;
    start -= token.raw.length;
    // A table is known by its second line.
    const isKnown =
      token.type !== 'space' && start <= limit && hasLines(source, start, token.type === 'table' ? 2 : 1);
    if (isKnown && (isOver(above) || interrupts(token))) return at;
  }
  return 0;
}

const openingOfFormula = /^ {0,3}(?:\$\$|\\\[)/gm;

/**
 * Where a formula may begin whose end has not come: it would take in every line up to there, whatever they look
 * like now. It can only be below the last empty line.
 */
function startOfOpenFormula(source: string): number {
  openingOfFormula.lastIndex = lastEmptyLine(source);
  return openingOfFormula.exec(source)?.index ?? Infinity;
}

function lastEmptyLine(source: string): number {
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
