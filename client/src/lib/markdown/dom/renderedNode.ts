import type { MarkdownToken } from '../lexer/tokens.ts';
import { childrenOf } from './children.ts';
import { create } from './elements.ts';
import type { Made } from './elements.ts';
import { sanitise } from './sanitize.ts';
import { heal } from '../lexer/closeOpenSyntax.ts';
import type { Healed } from '../lexer/closeOpenSyntax.ts';

/** A token and what shows it. What is on the page depends on the token alone, not on how it came to be. */
export interface Branch extends Made {
  token: MarkdownToken;
  /** The definitions of reference links it was made with. */
  links: string;
  children: Branch[];
  /** How words of its own that are still being written were healed. */
  healed: Healed['end'] | null;
  /** It, or something in it, shows more or less than its token says, so it is looked at again next time. */
  isProvisional: boolean;
}

/** What holds for everything that is rendered in one go. */
export interface Rendering {
  links: string;
  /** The inline tokens of the words that are still being written. */
  last: object | undefined;
}

/** What has to be equal for an element to stay and only its children to change. */
function shapeOf(token: MarkdownToken): string {
  switch (token.type) {
    case 'heading':
      return `heading ${token.depth}`;
    case 'list':
      return `list ${token.ordered} ${token.start}`;
    case 'list_item':
      return `list_item ${token.loose}`;
    case 'text':
      return token.tokens ? 'words' : 'text';
    case 'code':
      return `code ${token.lang ?? ''}`;
    case 'cell':
      return `cell ${token.isHead} ${token.align}`;
    case 'rows':
      return `rows ${token.isHead}`;
    case 'tag':
      return `tag ${token.tag}`;
    case 'link':
      return `link ${token.href} ${token.autolink ?? false} ${token.title ?? ''}`;
    case 'html':
      return `html ${token.block}`;
    default:
      return token.type;
  }
}

function isUpToDate(branch: Branch, token: MarkdownToken, links: string): boolean {
  return (
    isSameText(branch.token, token) &&
    !branch.isProvisional &&
    shapeOf(branch.token) === shapeOf(token) &&
    (branch.links === links || !token.raw.includes('['))
  );
}

/** The same source may be read differently: a line break at its end belongs to the text, or to nothing. */
const isSameText = (one: MarkdownToken, other: MarkdownToken): boolean =>
  one.raw === other.raw && textOf(one) === textOf(other);

const textOf = (token: MarkdownToken): string => ('text' in token ? token.text : '');

const canChange = (branch: Branch, token: MarkdownToken): boolean =>
  (branch.body !== undefined || branch.update !== undefined) && shapeOf(branch.token) === shapeOf(token);

/**
 * Makes the children of `parent` those that `tokens` ask for. What is on the page already stays there, up to the
 * first child that has to be another one. New ones come before `before`.
 */
export function renderChildren(
  parent: HTMLElement,
  children: readonly Branch[],
  tokens: readonly MarkdownToken[],
  rendering: Rendering,
  before: Node | null = null,
): Branch[] {
  const kept: Branch[] = [];
  for (const [at, token] of tokens.entries()) {
    const branch = children[at];
    if (!branch) break;
    if (!isUpToDate(branch, token, rendering.links)) {
      if (!canChange(branch, token)) break;
      change(branch, token, rendering);
    }
    kept.push(branch);
  }
  for (const branch of children.slice(kept.length)) branch.node?.remove();
  if (tokens.length === kept.length) return kept;
  return [...kept, ...insert(parent, tokens.slice(kept.length), rendering, before)];
}

function change(branch: Branch, token: MarkdownToken, rendering: Rendering): void {
  const tokens = takeOver(branch, token, rendering);
  branch.update?.(token);
  if (branch.body) branch.children = renderChildren(branch.body, branch.children, tokens, rendering);
  branch.isProvisional = isProvisional(branch);
}

const isProvisional = ({ healed, children }: Branch): boolean =>
  healed !== null || children.some((child) => child.isProvisional);

/** Makes `token` what `branch` shows, and returns what is inside it. */
function takeOver(branch: Branch, token: MarkdownToken, { links, last }: Rendering): MarkdownToken[] {
  branch.token = token;
  branch.links = links;
  branch.healed = null;
  if (!('tokens' in token) || last === undefined || token.tokens !== last) return childrenOf(token);
  return childrenOf(token, (source) => {
    const healed = heal(source);
    branch.healed = healed.end;
    return healed.text;
  });
}

/** Makes what shows `token` and all that is in it. Those with something left to do are added to `unfinished`. */
function grow(token: MarkdownToken, rendering: Rendering, unfinished: Branch[]): Branch {
  const { links } = rendering;
  const branch: Branch = { ...create(token), token, links, children: [], healed: null, isProvisional: false };
  const tokens = takeOver(branch, token, rendering);
  if (branch.finish) unfinished.push(branch);
  branch.children = tokens.map((child) => grow(child, rendering, unfinished));
  branch.body?.append(...branch.children.flatMap(({ node }) => node ?? []));
  branch.isProvisional = isProvisional(branch);
  return branch;
}

/** Builds new children aside, sanitises them, and only then puts them on the page. */
function insert(
  parent: HTMLElement,
  tokens: readonly MarkdownToken[],
  rendering: Rendering,
  before: Node | null,
): Branch[] {
  const unfinished: Branch[] = [];
  const branches = tokens.map((token) => grow(token, rendering, unfinished));
  const aside = document.createElement('div');
  aside.append(...branches.flatMap(({ node }) => node ?? []));
  if (aside.firstElementChild) sanitise(aside);
  for (const branch of unfinished) finish(branch);
  while (aside.firstChild) parent.insertBefore(aside.firstChild, before);
  return branches;
}

function finish(branch: Branch): void {
  const { node } = branch;
  if (!node || !branch.finish) return;
  // What takes its place may take it in.
  const place = document.createComment('');
  node.replaceWith(place);
  branch.node = branch.finish(node);
  place.replaceWith(branch.node);
}
