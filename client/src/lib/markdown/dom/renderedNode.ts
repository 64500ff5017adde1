import { closeOpenSyntax } from '../lexer/closeOpenSyntax.ts';
import type { ClosedText } from '../lexer/closeOpenSyntax.ts';
import type { MarkdownToken } from '../lexer/tokens.ts';
import type { MarkdownLabels } from '../options.ts';
import { childrenOf, createElement, shapeOf } from './elements.ts';
import type { ElementParts } from './elements.ts';
import { sanitize } from './sanitize.ts';

/** A token and the node that shows it. The page depends on the tokens alone, not on earlier steps. */
export interface RenderedNode extends ElementParts {
  token: MarkdownToken;
  /** Identifies the reference links it was rendered with. */
  links: string;
  children: RenderedNode[];
  /** How its own unfinished text was closed; null when its text was rendered as it is. */
  closedEnd: ClosedText['end'] | null;
  /** It, or something in it, shows more or less than its token says, so the next render checks it again. */
  isProvisional: boolean;
}

/** What applies to everything rendered in one call. */
export interface RenderContext {
  labels: MarkdownLabels;
  /** Identifies the reference links that the tokens were lexed with. */
  links: string;
  /** The inline tokens of the text that is still being written. */
  last?: object | undefined;
}

function isUpToDate(node: RenderedNode, token: MarkdownToken, links: string): boolean {
  return (
    hasSameText(node.token, token) &&
    !node.isProvisional &&
    shapeOf(node.token) === shapeOf(token) &&
    (node.links === links || !token.raw.includes('['))
  );
}

/** Equal source may be lexed differently: a line break at its end may or may not belong to the text. */
const hasSameText = (one: MarkdownToken, other: MarkdownToken): boolean =>
  one.raw === other.raw && textOf(one) === textOf(other);

const textOf = (token: MarkdownToken): string => ('text' in token ? token.text : '');

const canPatch = (node: RenderedNode, token: MarkdownToken): boolean =>
  (node.body !== undefined || node.update !== undefined) && shapeOf(node.token) === shapeOf(token);

/**
 * Makes the children of `parent` show `tokens`. Existing nodes are kept, up to the first that needs another element.
 * New ones are inserted before `before`.
 */
export function renderChildren(
  parent: HTMLElement,
  nodes: readonly RenderedNode[],
  tokens: readonly MarkdownToken[],
  context: RenderContext & { before?: Node | null },
): RenderedNode[] {
  const kept: RenderedNode[] = [];
  for (const [at, token] of tokens.entries()) {
    const node = nodes[at];
    if (!node) break;
    if (!isUpToDate(node, token, context.links)) {
      if (!canPatch(node, token)) break;
      patch(node, token, context);
    }
    kept.push(node);
  }
  for (const { node } of nodes.slice(kept.length)) node?.remove();
  if (tokens.length === kept.length) return kept;
  const added = mountAll(tokens.slice(kept.length), context);
  parent.insertBefore(added.fragment, context.before ?? null);
  return [...kept, ...added.nodes];
}

function patch(node: RenderedNode, token: MarkdownToken, { labels, links, last }: RenderContext): void {
  const context = { labels, links, last };
  const tokens = assignToken(node, token, context);
  node.update?.(token);
  if (node.body) node.children = renderChildren(node.body, node.children, tokens, context);
  node.isProvisional = isProvisional(node);
}

const isProvisional = ({ closedEnd, children }: RenderedNode): boolean =>
  closedEnd !== null || children.some((child) => child.isProvisional);

/** Makes `node` the node of `token`, and returns the tokens inside it. */
function assignToken(node: RenderedNode, token: MarkdownToken, context: RenderContext): MarkdownToken[] {
  node.token = token;
  node.links = context.links;
  node.closedEnd = null;
  const isLast = context.last !== undefined && 'tokens' in token && token.tokens === context.last;
  if (!isLast) return childrenOf(token);
  return childrenOf(token, (source) => {
    const closed = closeOpenSyntax(source);
    node.closedEnd = closed.end;
    return closed.text;
  });
}

/** Creates the nodes of `token` and of everything in it. Those with a `finish` are added to `unfinished`. */
function mount(token: MarkdownToken, context: RenderContext, unfinished: RenderedNode[]): RenderedNode {
  const node: RenderedNode = {
    ...createElement(token, context.labels),
    token,
    links: context.links,
    children: [],
    closedEnd: null,
    isProvisional: false,
  };
  const tokens = assignToken(node, token, context);
  if (node.finish) unfinished.push(node);
  node.children = tokens.map((child) => mount(child, context, unfinished));
  node.body?.append(...node.children.flatMap((child) => child.node ?? []));
  node.isProvisional = isProvisional(node);
  return node;
}

/** Builds nodes outside the page and sanitizes them before they are used. */
function mountAll(tokens: readonly MarkdownToken[], context: RenderContext) {
  const unfinished: RenderedNode[] = [];
  const nodes = tokens.map((token) => mount(token, context, unfinished));
  const container = document.createElement('div');
  container.append(...nodes.flatMap(({ node }) => node ?? []));
  if (container.firstElementChild) sanitize(container);
  for (const node of unfinished) finish(node);
  const fragment = document.createDocumentFragment();
  fragment.append(...container.childNodes);
  return { nodes, fragment };
}

function finish(rendered: RenderedNode): void {
  const { node } = rendered;
  if (!node || !rendered.finish) return;
  // The new element may contain the old one, so a placeholder keeps the position.
  const placeholder = document.createComment('');
  node.replaceWith(placeholder);
  rendered.node = rendered.finish(node);
  placeholder.replaceWith(rendered.node);
}
