import type { Branch } from './renderedNode.ts';

/** Nothing that means anything to Markdown in the middle of a line. */
const plainWords = /^[^\n*_`~[\]<>$\\&|@]+$/;
/** A line that has begun with words: it is no list, no heading and no rule any more. */
const begunLine = /(?:^|[\s([{"'])\p{L}{2}/u;
/** An address that is being written becomes a link once it is complete. */
const address = /www\.|:\/|mailto:|xmpp:/i;
/** Characters before the new ones in which the beginning of an address is looked for. */
const addressLength = 200;

/**
 * Shows `more`, the new end of the open text `rest`, by adding it to the last text on the page, when that is
 * certainly what Markdown would do: in the middle of a sentence, and inside a listing. False when it has to be
 * looked at properly. The block is marked, so that the next proper look makes sure of it.
 */
export function appendToEnd(open: readonly Branch[], rest: string, more: string): boolean {
  const path = pathToEnd(open);
  const end = path.at(-1);
  if (!end?.append) return false;
  if (end.token.type === 'code') return path.length === 1 && appendCode(end, rest, more);
  if (!plainWords.test(more) || !path.every(isOpenForWords)) return false;
  const before = rest.slice(0, -more.length);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (!begunLine.test(line) || address.test(lastWord(line) + more)) return false;
  const isSpaceMissing = before.endsWith(' ') && !end.node?.textContent?.endsWith(' ');
  end.append(isSpaceMissing ? ` ${more}` : more, false);
  for (const branch of path) branch.isProvisional = true;
  return true;
}

const lastWord = (line: string): string => /\S*$/.exec(line.slice(-addressLength))?.[0] ?? '';

function pathToEnd(open: readonly Branch[]): Branch[] {
  const path: Branch[] = [];
  for (let branch = open.at(-1); branch; branch = branch.children.at(-1)) path.push(branch);
  return path;
}

/** Whether words at the end of the text belong inside `branch`, at its end. */
function isOpenForWords(branch: Branch, index: number, path: readonly Branch[]): boolean {
  switch (branch.token.type) {
    case 'list':
    case 'list_item':
    case 'blockquote':
    case 'details':
      return true;
    case 'paragraph':
    case 'heading':
      return isHealable(branch);
    case 'text':
      return branch.children.length > 0 ? isHealable(branch) : true;
    case 'strong':
    case 'em':
    case 'del':
      // Only while its end was made up.
      return path.slice(0, index).some(({ healed }) => healed === 'inside');
    default:
      return false;
  }
}

const isHealable = ({ healed }: Branch): boolean => healed === 'asIs' || healed === 'inside';

/** Adds lines to a listing until one of them could be its end. */
function appendCode(code: Branch, rest: string, more: string): boolean {
  if (!/^(?:```|~~~)/.test(code.token.raw)) return false;
  const start = rest.length - more.length;
  const lineStart = rest.lastIndexOf('\n', start - 1) + 1;
  if (lineStart === 0 || /^ {0,3}(?:```|~~~)/m.test(rest.slice(lineStart))) return false;
  code.append?.(more, lineStart === start);
  code.isProvisional = true;
  return true;
}
