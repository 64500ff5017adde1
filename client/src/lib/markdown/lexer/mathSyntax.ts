import type { TokenizerAndRendererExtension } from 'marked';
import type { MathsToken } from './tokens.ts';

/** Text without an empty line in it: a formula may break lines, but never spans paragraphs. */
const anything = String.raw`(?:[^\n]|\n(?![ \t]*\n))+?`;

const blockMaths = new RegExp(
  String.raw`^ {0,3}(?:\$\$(${anything})\$\$|\\\[(${anything})\\\])[ \t]*(?:\n|$)`,
);
const displayMaths = new RegExp(String.raw`^(?:\$\$(${anything})\$\$|\\\[(${anything})\\\])`);
const roundMaths = new RegExp(String.raw`^\\\((${anything})\\\)`);
/** As in Pandoc: no space inside the dollars, and no letter or digit after them. */
const dollarMaths =
  /^\$((?:[^\s$\\]|\\.)|(?:[^\s$\\]|\\.)(?:[^$\\\n]|\\.|\n(?![ \t]*\n))*?(?:[^\s$\\]|\\.))\$(?![\p{L}\p{N}$])/u;

/** `$20, she has 30$`: it begins with a sum of money and goes on in words. */
const money = /^\d[\d.,]*(?:[-–—/\s]+|\s*[.,;:]\s)[^\\^_=+*<>]*?(?:[\p{L}]{3,}|[\p{L}]{2}\s)/u;

/** The formula between two single dollars, when it is one and not two prices. */
function betweenDollars(source: string): RegExpExecArray | null {
  const match = dollarMaths.exec(source);
  return match?.[1] !== undefined && !money.test(match[1]) ? match : null;
}

const token = (raw: string, tex: string, display: boolean, block: boolean): MathsToken => ({
  type: 'maths',
  raw,
  tex: tex.trim(),
  display,
  block,
});

/** A formula inside a line, unless there is nothing in it. */
const written = (raw: string, tex: string | undefined, display: boolean): MathsToken | undefined =>
  tex?.trim() ? token(raw, tex, display, false) : undefined;

/** `$$…$$` and `\[…\]` that begin and end their lines. */
const blockExtension: TokenizerAndRendererExtension = {
  name: 'mathsBlock',
  level: 'block',
  // Where a paragraph has to end so that a formula right below it is seen.
  start: (source) => {
    const at = source.search(/\n {0,3}(?:\$\$|\\\[)/);
    return at === -1 ? undefined : at + 1;
  },
  tokenizer(source) {
    const match = blockMaths.exec(source);
    const tex = match?.[1] ?? match?.[2];
    if (!match || !tex?.trim()) return undefined;
    return token(match[0], tex, true, true);
  },
};

/** Formulas inside a line of text. */
const inlineExtension: TokenizerAndRendererExtension = {
  name: 'mathsInline',
  level: 'inline',
  start: (source) => {
    const at = source.search(/\$|\\[([]/);
    return at === -1 ? undefined : at;
  },
  tokenizer(source, before) {
    const first = source.charCodeAt(0);
    if (first !== 36 /* $ */ && first !== 92 /* \ */) return undefined;
    const display = displayMaths.exec(source);
    if (display) return written(display[0], display[1] ?? display[2], true);
    const round = roundMaths.exec(source);
    if (round) return written(round[0], round[1], false);
    // `US$5` and `a$b$`: a dollar that follows a letter, a digit or a dollar opens nothing.
    if (/[\p{L}\p{N}$]$/u.test(before.at(-1)?.raw.slice(-2) ?? '')) return undefined;
    const dollars = betweenDollars(source);
    return dollars ? written(dollars[0], dollars[1], false) : undefined;
  },
};

export const mathsExtensions = [blockExtension, inlineExtension];

/**
 * What emphasis must not look into: code spans, and, captured as the second group, formulas and escapes.
 * Takes the place of marked's own rule, which knows no formulas: `**so $a*b$ is**` is one strong span.
 */
export const outsideEmphasis = new RegExp(
  [
    '(`+)(?:[^`]|[^`][\\s\\S]*?[^`])\\1(?!`)|`+',
    String.raw`(\\\(${anything}\\\)|\\\[${anything}\\\]|\$\$${anything}\$\$`,
    String.raw`\$(?!\s)[^$\n]+(?<!\s)\$(?![\p{L}\p{N}$])`,
    String.raw`\\[\p{P}\p{S}])`,
  ].join('|'),
  'gu',
);
