import type { Lexer, TokenizerAndRendererExtension } from 'marked';
import type { BoundedTokenizer } from './boundedTokenizer.ts';
import type { DetailsToken, MarkdownToken } from './tokens.ts';

const opening = /^ {0,3}<details(?:\s[^<>]*)?>/i;
const summaryElement = /^\s*<summary(?:\s[^<>]*)?>([\s\S]*?)<\/summary>/i;
const fence = /^ {0,3}(`{3,}|~{3,})/;

/** `<details>` up to its own end, or to the end of the text while that has not come yet. */
function elementAt(source: string): { raw: string; inner: string } | null {
  const start = opening.exec(source);
  if (!start) return null;
  let depth = 0;
  let fenced = '';
  let at = 0;
  for (const line of source.split(/(?<=\n)/)) {
    const marker = fence.exec(line)?.[1];
    if (marker && !fenced) fenced = marker;
    else if (marker?.startsWith(fenced)) fenced = '';
    for (const tag of fenced ? [] : line.matchAll(/<(\/?)details(?:\s[^<>]*)?>/gi)) {
      depth += tag[1] ? -1 : 1;
      if (depth > 0) continue;
      const end = at + tag.index;
      const rest = /^[ \t]*\n?/.exec(source.slice(end + tag[0].length))?.[0] ?? '';
      return {
        raw: source.slice(0, end + tag[0].length) + rest,
        inner: source.slice(start[0].length, end),
      };
    }
    at += line.length;
  }
  return { raw: source, inner: source.slice(start[0].length) };
}

function lexDetails(source: string, lexer: Lexer): DetailsToken | undefined {
  const element = elementAt(source);
  if (!element) return undefined;
  const summary = summaryElement.exec(element.inner);
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
      tokens: lexer.inline(summary?.[1]?.trim() ?? '') as MarkdownToken[],
    },
    tokens,
  };
}

/** Folded passages, which would otherwise be torn apart at their first blank line. */
export const detailsExtension: TokenizerAndRendererExtension = {
  name: 'details',
  level: 'block',
  start: (source) => {
    const at = source.search(/\n {0,3}<details[\s>]/i);
    return at === -1 ? undefined : at + 1;
  },
  tokenizer(source) {
    if (!opening.test(source)) return undefined;
    const { lexer } = this;
    const tokenizer = lexer.options.tokenizer as BoundedTokenizer;
    return tokenizer.nested(() => lexDetails(source, lexer));
  },
};
