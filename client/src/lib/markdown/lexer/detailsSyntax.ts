import type { Lexer, TokenizerAndRendererExtension } from 'marked';
import type { BoundedTokenizer } from './boundedTokenizer.ts';
import type { DetailsToken, MarkdownToken } from './tokens.ts';

const openingTag = /^ {0,3}<details(?:\s[^<>]*)?>/i;
const anyTag = /<(\/?)details(?:\s[^<>]*)?>/gi;
const summaryElement = /^\s*<summary(?:\s[^<>]*)?>([\s\S]*?)<\/summary>/i;
const fence = /^ {0,3}(`{3,}|~{3,})/;

interface DetailsSource {
  raw: string;
  inner: string;
}

/** Matches `<details>` up to its closing tag, or to the end of the text while there is none. */
function matchDetails(source: string): DetailsSource | null {
  const opening = openingTag.exec(source)?.[0];
  if (opening === undefined) return null;
  let depth = 0;
  for (const tag of tagsOutsideCode(source)) {
    depth += tag.isClosing ? -1 : 1;
    if (depth > 0) continue;
    const lineRest = /^[ \t]*\n?/.exec(source.slice(tag.end))?.[0] ?? '';
    return {
      raw: source.slice(0, tag.end) + lineRest,
      inner: source.slice(opening.length, tag.start),
    };
  }
  return { raw: source, inner: source.slice(opening.length) };
}

interface Tag {
  start: number;
  end: number;
  isClosing: boolean;
}

/** The `<details>` and `</details>` tags of `source` that are not inside a code fence. */
function* tagsOutsideCode(source: string): Generator<Tag> {
  let openFence = '';
  let at = 0;
  for (const line of source.split(/(?<=\n)/)) {
    const marker = fence.exec(line)?.[1];
    if (marker && !openFence) openFence = marker;
    else if (marker?.startsWith(openFence)) openFence = '';
    for (const { index, 0: tag, 1: slash } of openFence ? [] : line.matchAll(anyTag)) {
      yield { start: at + index, end: at + index + tag.length, isClosing: slash !== '' };
    }
    at += line.length;
  }
}

function lexDetails(source: string, lexer: Lexer): DetailsToken | undefined {
  const element = matchDetails(source);
  if (!element) return undefined;
  const summary = summaryElement.exec(element.inner);
  const summaryText = summary?.[1]?.trim() ?? '';
  const body = element.inner.slice(summary?.[0].length ?? 0);
  const outer = lexer.state.top;
  lexer.state.top = true;
  const tokens = lexer.blockTokens(body.replace(/^(?:[ \t]*\n)+/, ''), []) as MarkdownToken[];
  lexer.state.top = outer;
  return {
    type: 'details',
    raw: element.raw,
    open: /^ {0,3}<details[^>]*\sopen\b/i.test(element.raw),
    summary: {
      type: 'summary',
      raw: summary?.[0] ?? '',
      text: summaryText,
      tokens: lexer.inline(summaryText) as MarkdownToken[],
    },
    tokens,
  };
}

/** `<details>` elements, which would otherwise end at their first blank line. */
export const detailsExtension: TokenizerAndRendererExtension = {
  name: 'details',
  level: 'block',
  start: (source) => {
    const at = source.search(/\n {0,3}<details[\s>]/i);
    return at === -1 ? undefined : at + 1;
  },
  tokenizer(source) {
    if (!openingTag.test(source)) return undefined;
    const { lexer } = this;
    const tokenizer = lexer.options.tokenizer as BoundedTokenizer;
    return tokenizer.nested(() => lexDetails(source, lexer));
  },
};
