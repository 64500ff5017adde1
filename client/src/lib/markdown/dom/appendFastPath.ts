import type { RenderedNode } from './renderedNode.ts';

/** Text without characters that are Markdown syntax in the middle of a line. */
const plainWords = /^[^\n*_`~[\]<>$\\&|@]+$/;
/** A line that starts with words: it can no longer become a list, a heading or a rule. */
const startedLine = /(?:^|[\s([{"'])\p{L}{2}/u;
/** A URL becomes a link once it is complete. */
const partOfUrl = /www\.|:\/|mailto:|xmpp:/i;
/** Characters before the new ones in which the start of a URL is searched for. */
const maxUrlLookback = 200;

const openingFence = /^(?:```|~~~)/;
const anyFence = /^ {0,3}(?:```|~~~)/m;

/**
 * Shows `more`, the new end of the open text `rest`, by appending it to the last text on the page, when Markdown
 * would certainly do the same: in the middle of a sentence, and inside a code block. Returns false when the text
 * must be lexed. The nodes become provisional, so that the next render checks them.
 */
export function appendFastPath(open: readonly RenderedNode[], rest: string, more: string): boolean {
  const path = pathToEnd(open);
  const end = path.at(-1);
  if (!end?.append) return false;
  if (end.token.type === 'code') return path.length === 1 && appendCode(end, rest, more);
  const before = rest.slice(0, -more.length);
  if (!isPlainContinuation(before, more) || !path.every(isOpenForWords)) return false;
  const isSpaceMissing = before.endsWith(' ') && !end.node?.textContent?.endsWith(' ');
  end.append(isSpaceMissing ? ` ${more}` : more, false);
  for (const node of path) node.isProvisional = true;
  return true;
}

function isPlainContinuation(before: string, more: string): boolean {
  if (!plainWords.test(more)) return false;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return startedLine.test(line) && !partOfUrl.test(lastWord(line) + more);
}

const lastWord = (line: string): string => /\S*$/.exec(line.slice(-maxUrlLookback))?.[0] ?? '';

function pathToEnd(open: readonly RenderedNode[]): RenderedNode[] {
  const path: RenderedNode[] = [];
  for (let node = open.at(-1); node; node = node.children.at(-1)) path.push(node);
  return path;
}

/** Whether words at the end of the text belong at the end of `node`. */
function isOpenForWords(node: RenderedNode, index: number, path: readonly RenderedNode[]): boolean {
  switch (node.token.type) {
    case 'list':
    case 'list_item':
    case 'blockquote':
    case 'details':
      return true;
    case 'paragraph':
    case 'heading':
      return isEndKnown(node);
    case 'text':
      return node.children.length > 0 ? isEndKnown(node) : true;
    case 'strong':
    case 'em':
    case 'del':
      // Only while its closing marker was added for now.
      return path.slice(0, index).some(({ closedEnd }) => closedEnd === 'closed');
    default:
      return false;
  }
}

const isEndKnown = ({ closedEnd }: RenderedNode): boolean =>
  closedEnd === 'complete' || closedEnd === 'closed';

/** Appends lines to a code block until one of them could be its closing fence. */
function appendCode(code: RenderedNode, rest: string, more: string): boolean {
  if (!openingFence.test(code.token.raw)) return false;
  const start = rest.length - more.length;
  const lineStart = rest.lastIndexOf('\n', start - 1) + 1;
  if (lineStart === 0 || anyFence.test(rest.slice(lineStart))) return false;
  code.append?.(more, lineStart === start);
  code.isProvisional = true;
  return true;
}
