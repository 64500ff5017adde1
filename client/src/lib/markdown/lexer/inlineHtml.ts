import type { MarkdownToken, TagToken } from './tokens.ts';

/** Elements that say how a word looks or what it is, and nothing else. Their attributes are dropped. */
const harmless = new Set('b strong i em u s del ins mark small sub sup kbd samp var code q'.split(' '));

/** Elements in elements, which the stack has to bear. */
const maxDepth = 16;

const tag = /^<(\/?)([a-z][a-z\d]*)(?:\s[^<>]*)?\/?>$/i;

/**
 * Gives harmless HTML elements their content as children. Every other tag becomes the text it was written as,
 * and comments disappear.
 */
export function nestTags(tokens: readonly MarkdownToken[]): MarkdownToken[] {
  if (!tokens.some((token) => token.type === 'html')) return tokens as MarkdownToken[];
  const top: MarkdownToken[] = [];
  const open: TagToken[] = [];
  for (const token of tokens) {
    const into = open.at(-1)?.tokens ?? top;
    if (token.type !== 'html') {
      into.push(token);
      continue;
    }
    const [, slash, name = ''] = tag.exec(token.raw) ?? [];
    const element = name.toLowerCase();
    if (element === 'br' && !slash) into.push({ type: 'br', raw: token.raw });
    else if (!harmless.has(element) || (!slash && open.length >= maxDepth)) into.push(...shown(token.raw));
    else if (slash) close(open, element);
    else {
      const nested: TagToken = { type: 'tag', raw: '', tag: element, tokens: [] };
      into.push(nested);
      open.push(nested);
    }
  }
  for (const nested of open.reverse()) nested.raw = rawOf(nested);
  return top;
}

/** Ends the innermost open `element`, and with it those opened inside it. An end without a beginning is nothing. */
function close(open: TagToken[], element: string): void {
  const at = open.findLastIndex(({ tag: name }) => name === element);
  if (at === -1) return;
  for (const nested of open.splice(at).reverse()) nested.raw = rawOf(nested);
}

const rawOf = ({ tag: name, tokens }: TagToken): string =>
  `<${name}>${tokens.map(({ raw }) => raw).join('')}</${name}>`;

/** The tag itself, to be read: with its `&` written so that `&lt;` in it stays `&lt;`. */
function shown(raw: string): MarkdownToken[] {
  return raw.startsWith('<!--') ? [] : [{ type: 'text', raw, text: raw.replaceAll('&', '&amp;') }];
}

/** Comments, tags, line breaks, and the text between them. */
const pieces = /<!--[\s\S]*?(?:-->|$)|<\/?[a-z][^<>]*>|\n|[^<\n]+|</gi;

/** The inline tokens of a block of HTML. */
export function tokensOfHtml(raw: string): MarkdownToken[] {
  const tokens = [...raw.trim().matchAll(pieces)].map(([piece]): MarkdownToken => {
    if (piece === '\n') return { type: 'br', raw: piece };
    const isTag = piece.length > 1 && piece.startsWith('<');
    if (!isTag) return { type: 'text', raw: piece, text: piece };
    return { type: 'html', raw: piece, text: piece, pre: false, block: false };
  });
  return nestTags(tokens);
}
