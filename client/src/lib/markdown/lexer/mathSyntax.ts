import type { TokenizerAndRendererExtension } from 'marked';
import type { MathToken } from './tokens.ts';

/** Text without an empty line: a formula may contain line breaks, but never spans paragraphs. */
const withoutEmptyLine = String.raw`(?:[^\n]|\n(?![ \t]*\n))+?`;

const blockMath = new RegExp(
  String.raw`^ {0,3}(?:\$\$(${withoutEmptyLine})\$\$|\\\[(${withoutEmptyLine})\\\])[ \t]*(?:\n|$)`,
);
const displayMath = new RegExp(String.raw`^(?:\$\$(${withoutEmptyLine})\$\$|\\\[(${withoutEmptyLine})\\\])`);
const parenthesesMath = new RegExp(String.raw`^\\\((${withoutEmptyLine})\\\)`);
/** As in Pandoc: no space inside the dollars, and no letter or digit after them. */
const dollarMath =
  /^\$((?:[^\s$\\]|\\.)|(?:[^\s$\\]|\\.)(?:[^$\\\n]|\\.|\n(?![ \t]*\n))*?(?:[^\s$\\]|\\.))\$(?![\p{L}\p{N}$])/u;

/** `$20, she has 30$`: an amount of money followed by words. */
const money = /^\d[\d.,]*(?:[-–—/\s]+|\s*[.,;:]\s)[^\\^_=+*<>]*?(?:[\p{L}]{3,}|[\p{L}]{2}\s)/u;

/** Matches the formula between two single dollars, unless they are two prices. */
function matchDollarMath(source: string): RegExpExecArray | null {
  const match = dollarMath.exec(source);
  return match?.[1] !== undefined && !money.test(match[1]) ? match : null;
}

/** Returns the token of a formula; undefined when it is empty. */
function mathToken(
  match: RegExpExecArray | null,
  kind: Pick<MathToken, 'display' | 'block'>,
): MathToken | undefined {
  const tex = (match?.[1] ?? match?.[2])?.trim();
  return match && tex ? { type: 'math', raw: match[0], tex, ...kind } : undefined;
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
  tokenizer: (source) => mathToken(blockMath.exec(source), { display: true, block: true }),
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
    const display = displayMath.exec(source);
    if (display) return mathToken(display, { display: true, block: false });
    const inline = { display: false, block: false };
    const parentheses = parenthesesMath.exec(source);
    if (parentheses) return mathToken(parentheses, inline);
    // `US$5` and `a$b$`: a dollar after a letter, a digit or a dollar does not open a formula.
    if (/[\p{L}\p{N}$]$/u.test(before.at(-1)?.raw.slice(-2) ?? '')) return undefined;
    return mathToken(matchDollarMath(source), inline);
  },
};

export const mathExtensions = [blockExtension, inlineExtension];

/** Code spans, escapes and, as the named group, formulas. */
const codeOrFormula = new RegExp(
  [
    '(`+)(?:[^`]|[^`][\\s\\S]*?[^`])\\1(?!`)|`+',
    String.raw`(?<formula>\\\(${withoutEmptyLine}\\\)|\\\[${withoutEmptyLine}\\\]|\$\$${withoutEmptyLine}\$\$`,
    String.raw`\$(?!\s)[^$\n]+(?<!\s)\$(?![\p{L}\p{N}$]))`,
    String.raw`\\[\p{P}\p{S}]`,
  ].join('|'),
  'gu',
);

/**
 * Hides the formulas of `source` in `masked`, the text of equal length in which marked looks for the end of
 * emphasis: `**so $a*b$ is**` is one strong span.
 */
export function maskFormulas(source: string, masked: string): string {
  if (!/\$|\\[([]/.test(source)) return masked;
  let result = '';
  for (const { index, groups, 0: match } of source.matchAll(codeOrFormula)) {
    if (!groups?.['formula']) continue;
    result += masked.slice(result.length, index) + '+'.repeat(match.length);
  }
  return result + masked.slice(result.length);
}
