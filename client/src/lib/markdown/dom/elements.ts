import { CodeBlock } from '../code/codeBlock.ts';
import type { MarkdownToken, TokenOf, TokenType } from '../lexer/tokens.ts';
import { fillFormula } from '../math/formula.ts';
import type { MarkdownLabels } from '../options.ts';
import { blockChildren, inlineChildren, inlineHtmlChildren, linkChildren, tableRows } from './children.ts';
import type { Complete } from './children.ts';
import { decodeEntities } from './sanitize.ts';
import { checkbox, imageLink, markAsUrl, scrollFrame } from './trustedElements.ts';
import { safeLinkUrl } from './urls.ts';

/** The node that shows one token, and how to update it; without the children of the token. */
export interface ElementParts {
  /** Null for what is invisible, such as empty lines. */
  node: ChildNode | null;
  /** Where the children go; absent for tokens without children. */
  body?: HTMLElement;
  /** Runs after sanitizing, and may replace `node` with trusted elements. */
  finish?: (node: ChildNode) => ChildNode;
  /** Shows a changed token of the same shape without a new element. */
  update?: (token: MarkdownToken) => void;
  /** Adds `text` at the end; in a code block it may start a new line. */
  append?: (text: string, startsLine: boolean) => void;
  /** Called when the text is complete. */
  finalize?: () => void;
}

/** How the tokens of one type are shown. */
interface Definition<Token> {
  /** Creates the node. Elements have no attributes except those named in this file. */
  create: (token: Token, labels: MarkdownLabels) => ElementParts;
  children?: (token: Token, complete?: Complete) => MarkdownToken[];
  /** What must be equal for the element to be kept and only its children updated; the type alone if absent. */
  shape?: (token: Token) => string;
}

const definitions: { [Type in TokenType]: Definition<TokenOf<Type>> } = {
  space: { create: () => ({ node: null }) },
  def: { create: () => ({ node: null }) },
  paragraph: { create: () => container('p'), children: inlineChildren },
  heading: {
    // Levels 1 and 2 are the headings of the page and of its messages.
    create: ({ depth }) => container(`h${Math.min(6, depth + 2)}`),
    children: inlineChildren,
    shape: ({ depth }) => String(depth),
  },
  blockquote: { create: () => container('blockquote'), children: blockChildren },
  list: {
    create: ({ ordered, start }) =>
      ordered ? container('ol', { start: start === 1 ? null : String(start) }) : container('ul'),
    children: ({ items }) => items,
    shape: ({ ordered, start }) => `${ordered} ${start}`,
  },
  list_item: {
    create: () => container('li'),
    children: blockChildren,
    shape: ({ loose }) => String(loose),
  },
  checkbox: {
    create: ({ checked }, labels) => ({ node: element('span'), finish: () => checkbox(checked, labels) }),
  },
  table: {
    create: (_token, labels) => ({
      ...container('table'),
      finish: (table) => scrollFrame(table, labels),
    }),
    children: tableRows,
  },
  rows: {
    create: ({ isHead }) => container(isHead ? 'thead' : 'tbody'),
    children: ({ tokens }) => tokens,
    shape: ({ isHead }) => String(isHead),
  },
  row: { create: () => container('tr'), children: ({ tokens }) => tokens },
  cell: {
    create: ({ isHead, align }) => container(isHead ? 'th' : 'td', { align }),
    children: inlineChildren,
    shape: ({ isHead, align }) => `${isHead} ${align}`,
  },
  details: {
    create: ({ open }) => container('details', { open: open ? '' : null }),
    children: ({ summary, tokens }) => [summary, ...tokens],
  },
  summary: { create: () => container('summary'), children: inlineChildren },
  html: {
    create: ({ block }) => (block ? container('p') : { node: null }),
    children: inlineHtmlChildren,
    shape: ({ block }) => String(block),
  },
  code: { create: codeBlock, shape: ({ lang }) => lang ?? '' },
  math: { create: formula },
  hr: { create: () => ({ node: element('hr') }) },
  br: { create: () => ({ node: element('br') }) },
  text: {
    // With tokens, it is the paragraph of a tight list.
    create: (token) => (token.tokens ? container('span') : text(token)),
    children: (token, complete) => (token.tokens ? inlineChildren(token, complete) : []),
    shape: ({ tokens }) => String(tokens !== undefined),
  },
  escape: { create: text },
  strong: { create: () => container('strong'), children: inlineChildren },
  em: { create: () => container('em'), children: inlineChildren },
  del: { create: () => container('del'), children: inlineChildren },
  codespan: { create: (token) => ({ node: element('code', token.text) }) },
  tag: {
    create: ({ tag }) => container(tag),
    children: ({ tokens }) => tokens,
    shape: ({ tag }) => tag,
  },
  link: {
    create: link,
    children: linkChildren,
    shape: ({ href, autolink, title }) => `${href} ${autolink ?? false} ${title ?? ''}`,
  },
  image: {
    create: (token, labels) => ({
      node: element('span', token.text),
      finish: (placeholder) => imageLink(placeholder, token, labels),
    }),
  },
};

const definitionOf = (token: MarkdownToken) => definitions[token.type] as Definition<MarkdownToken>;

export const createElement = (token: MarkdownToken, labels: MarkdownLabels): ElementParts =>
  definitionOf(token).create(token, labels);

/** Returns the tokens inside `token`. `complete` may close the syntax of text that is still being written. */
export const childrenOf = (token: MarkdownToken, complete?: Complete): MarkdownToken[] =>
  definitionOf(token).children?.(token, complete) ?? [];

/** Two tokens of equal shape can be shown by the same element. */
export const shapeOf = (token: MarkdownToken): string =>
  `${token.type} ${definitionOf(token).shape?.(token) ?? ''}`;

function element(name: string, content = ''): HTMLElement {
  const created = document.createElement(name);
  created.textContent = content;
  return created;
}

function container(name: string, attributes: Record<string, string | null> = {}): ElementParts {
  const created = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== null) created.setAttribute(attribute, value);
  }
  return { node: created, body: created };
}

function text(token: { text: string }): ElementParts {
  const node = document.createTextNode(decodeEntities(token.text));
  return {
    node,
    update(next) {
      const content = decodeEntities('text' in next ? next.text : '');
      if (content !== node.data) node.data = content;
    },
    append: (more) => node.appendData(more),
  };
}

/** A link that may not be followed is shown as its text. */
function link({ href, title, autolink }: TokenOf<'link'>): ElementParts {
  const url = safeLinkUrl(href);
  if (!url) return container('span');
  const parts = container('a', {
    href: url.href,
    title: title ? decodeEntities(title) : null,
    target: '_blank',
    rel: 'noopener noreferrer nofollow',
  });
  return autolink ? { ...parts, finish: markAsUrl } : parts;
}

function formula({ tex, display, block }: TokenOf<'math'>): ElementParts {
  const placeholder = element(block ? 'div' : 'span');
  return { node: placeholder, finish: () => fillFormula(placeholder, tex, display) };
}

/** Code is not sanitized: it contains only text. */
function codeBlock(token: TokenOf<'code'>, labels: MarkdownLabels): ElementParts {
  const block = new CodeBlock(token, labels);
  return {
    node: element('div'),
    finish: () => block.element,
    update: (next) => block.update(next as TokenOf<'code'>),
    append: (more, startsLine) => block.append(more, startsLine),
    finalize: () => block.finalize(),
  };
}
