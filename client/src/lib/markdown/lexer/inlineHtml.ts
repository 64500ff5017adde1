import type { MarkdownToken, TagToken, TokenOf } from './tokens.ts';

/** Elements that only describe the meaning or the look of words. Their attributes are dropped. */
const harmlessElements = new Set(
  'b strong i em u s del ins mark small sub sup kbd samp var code q'.split(' '),
);

/** Levels of nested elements, each of which uses a frame of the call stack. */
const maxDepth = 16;

const tagPattern = /^<(\/?)([a-z][a-z\d]*)(?:\s[^<>]*)?\/?>$/i;

/**
 * Turns harmless HTML elements into tokens that hold their content. Every other tag becomes the text it was
 * written as, and comments disappear.
 */
export function nestTags(tokens: readonly MarkdownToken[]): MarkdownToken[] {
  if (!tokens.some((token) => token.type === 'html')) return tokens as MarkdownToken[];
  const top: MarkdownToken[] = [];
  const open: TagToken[] = [];
  for (const token of tokens) {
    if (token.type === 'html') addHtml(token, top, open);
    else (open.at(-1)?.tokens ?? top).push(token);
  }
  for (const nested of open.reverse()) nested.raw = rawOf(nested);
  return top;
}

function addHtml({ raw }: TokenOf<'html'>, top: MarkdownToken[], open: TagToken[]): void {
  const into = open.at(-1)?.tokens ?? top;
  const [, slash, name = ''] = tagPattern.exec(raw) ?? [];
  const element = name.toLowerCase();
  if (element === 'br' && !slash) into.push({ type: 'br', raw });
  else if (!harmlessElements.has(element)) into.push(...tagAsText(raw));
  else if (slash) closeTag(open, element);
  else if (open.length >= maxDepth) into.push(...tagAsText(raw));
  else {
    const nested: TagToken = { type: 'tag', raw: '', tag: element, tokens: [] };
    into.push(nested);
    open.push(nested);
  }
}

/** Closes the innermost open `element` and those opened inside it. A closing tag without an opening one is dropped. */
function closeTag(open: TagToken[], element: string): void {
  const at = open.findLastIndex(({ tag }) => tag === element);
  if (at === -1) return;
  for (const nested of open.splice(at).reverse()) nested.raw = rawOf(nested);
}

const rawOf = ({ tag, tokens }: TagToken): string =>
  `<${tag}>${tokens.map(({ raw }) => raw).join('')}</${tag}>`;

/** Returns the tag as readable text, with `&` escaped so that `&lt;` in it is shown as `&lt;`. */
function tagAsText(raw: string): MarkdownToken[] {
  return raw.startsWith('<!--') ? [] : [{ type: 'text', raw, text: raw.replaceAll('&', '&amp;') }];
}

/** Comments, tags, line breaks, and the text between them. */
const pieces = /<!--[\s\S]*?(?:-->|$)|<\/?[a-z][^<>]*>|\n|[^<\n]+|</gi;

/** Returns the inline tokens of a block of HTML. */
export function htmlBlockTokens(raw: string): MarkdownToken[] {
  const tokens = [...raw.trim().matchAll(pieces)].map(([piece]): MarkdownToken => {
    if (piece === '\n') return { type: 'br', raw: piece };
    const isTag = piece.length > 1 && piece.startsWith('<');
    if (!isTag) return { type: 'text', raw: piece, text: piece };
    return { type: 'html', raw: piece, text: piece, pre: false, block: false };
  });
  return nestTags(tokens);
}
