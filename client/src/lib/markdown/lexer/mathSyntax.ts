import type { TokenizerAndRendererExtension } from 'marked';
import type { MathToken } from './tokens.ts';

/** What closes the formulas that their opening does not close. */
const closings: Readonly<Record<string, string>> = { $$: '$$', '\\(': '\\)', '\\[': '\\]' };
/** Characters in which the end of a formula is searched for; no formula that is typeset is longer. */
const maxSearch = 6_000;
const emptyLine = /\n[ \t]*\n/;
const blockOpening = /^ {0,3}(\$\$|\\\[)/;
const restOfLine = /[ \t]*(?:\n|$)/y;

/**
 * Returns where the formula ends that `opening` opens at `at`; null if it has no end, or contains an empty line: a
 * formula may contain line breaks, but never spans paragraphs.
 */
export function endOfFormula(source: string, at: number, opening: string): number | null {
  const closing = closings[opening];
  if (closing === undefined) return null;
  const start = at + opening.length;
  const content = source.slice(start, start + maxSearch);
  const length = content.indexOf(closing, 1);
  if (length === -1 || emptyLine.test(content.slice(0, length))) return null;
  return start + length + closing.length;
}

/** Matches the formula that starts with one of `openings` at the beginning of `source`. */
function matchFormula(source: string, openings: readonly string[]): FormulaSource | null {
  const opening = openings.find((each) => source.startsWith(each));
  const end = opening === undefined ? null : endOfFormula(source, 0, opening);
  if (opening === undefined || end === null) return null;
  return { raw: source.slice(0, end), tex: source.slice(opening.length, end - opening.length) };
}

/** Matches a formula on separate lines. */
function matchBlockFormula(source: string): FormulaSource | null {
  const [indented = '', opening = ''] = blockOpening.exec(source) ?? [];
  const end = endOfFormula(source, indented.length - opening.length, opening);
  if (end === null) return null;
  restOfLine.lastIndex = end;
  if (!restOfLine.test(source)) return null;
  return {
    raw: source.slice(0, restOfLine.lastIndex),
    tex: source.slice(indented.length, end - opening.length),
  };
}

interface FormulaSource {
  raw: string;
  tex: string;
}

/** As in Pandoc: no space inside the dollars, and no letter or digit after them. */
const dollarMath =
  /^\$((?:[^\s$\\]|\\.)|(?:[^\s$\\]|\\.)(?:[^$\\\n]|\\.|\n(?![ \t]*\n))*?(?:[^\s$\\]|\\.))\$(?![\p{L}\p{N}$])/u;

/** `$20, she has 30$`: an amount of money followed by words. */
const money = /^\d[\d.,]*(?:[-–—/\s]+|\s*[.,;:]\s)[^\\^_=+*<>]*?(?:[\p{L}]{3,}|[\p{L}]{2}\s)/u;

/** Matches the formula between two single dollars, unless they are two prices. */
function matchDollarMath(source: string): FormulaSource | null {
  const [raw, tex] = dollarMath.exec(source) ?? [];
  return raw !== undefined && tex !== undefined && !money.test(tex) ? { raw, tex } : null;
}

/** Returns the token of a formula; undefined when it is empty. */
function mathToken(
  match: FormulaSource | null,
  kind: Pick<MathToken, 'display' | 'block'>,
): MathToken | undefined {
  const tex = match?.tex.trim();
  return match && tex ? { type: 'math', raw: match.raw, tex, ...kind } : undefined;
}

/** `$$…$$` and `\[…\]` on separate lines. */
const blockExtension: TokenizerAndRendererExtension = {
  name: 'mathBlock',
  level: 'block',
  // Where a paragraph ends because a formula follows on the next line.
  start: (source) => {
    const at = source.search(/\n {0,3}(?:\$\$|\\\[)/);
    return at === -1 ? undefined : at + 1;
  },
  tokenizer: (source) => mathToken(matchBlockFormula(source), { display: true, block: true }),
};

/** Formulas inside a line of text. */
const inlineExtension: TokenizerAndRendererExtension = {
  name: 'mathInline',
  level: 'inline',
  start: (source) => {
    const at = source.search(/\$|\\[([]/);
    return at === -1 ? undefined : at;
  },
  tokenizer(source, before) {
    const first = source.charCodeAt(0);
    if (first !== 36 /* $ */ && first !== 92 /* \ */) return undefined;
    const display = matchFormula(source, ['$$', '\\[']);
    if (display) return mathToken(display, { display: true, block: false });
    const inline = { display: false, block: false };
    const parentheses = matchFormula(source, ['\\(']);
    if (parentheses) return mathToken(parentheses, inline);
    // `US$5` and `a$b$`: a dollar after a letter, a digit or a dollar does not open a formula.
    if (/[\p{L}\p{N}$]$/u.test(before.at(-1)?.raw.slice(-2) ?? '')) return undefined;
    return mathToken(matchDollarMath(source), inline);
  },
};

export const mathExtensions = [blockExtension, inlineExtension];
