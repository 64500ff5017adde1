/** Inline text that is still being written, as it is shown until then. */
export interface ClosedText {
  text: string;
  /**
   * `complete`: nothing was open, the next words belong after the text. `closed`: open emphasis was closed, the
   * next words belong inside it. `cut`: the end was left out, because its meaning depends on the next characters.
   */
  end: 'complete' | 'closed' | 'cut';
}

/** Everything that can open or close something. */
const markers = /\\[([]|\\[\s\S]|`+|\*+|_+|~~+|\$\$|!?\[/g;

/** Cuts at the end of one text; a text that needs more consists of markers only. */
const maxCuts = 8;

/** The openings of formulas and what closes them. */
const formulaEnds: Readonly<Record<string, string>> = { $$: '$$', '\\(': '\\)', '\\[': '\\]' };

/**
 * Closes the emphasis and the code that are open at the end of `source`, and hides an unfinished link, formula or
 * marker, so that readers see formatted words and no flickering punctuation.
 */
export function closeOpenSyntax(source: string): ClosedText {
  let closed = closeOnce(source);
  if (!closed.isCut) return closed;
  // What is left may end in something open again.
  for (let round = 0; round < maxCuts && closed.isCut; round += 1) closed = closeOnce(closed.text);
  return { text: closed.text, end: 'cut' };
}

interface OnceClosed extends ClosedText {
  /** The end was left out, and what is before it was not checked. */
  isCut?: boolean;
}

function closeOnce(source: string): OnceClosed {
  const open: string[] = [];
  markers.lastIndex = 0;
  for (let match = markers.exec(source); match; match = markers.exec(source)) {
    const [marker] = match;
    const end = endOfSpan(source, match.index, marker);
    if (end === -1)
      return marker.startsWith('`') ? closeCode(source, match.index, marker) : cut(source, match.index);
    if (end !== null) markers.lastIndex = end;
    else if (isEmphasis(marker)) {
      const isUnclear =
        match.index + marker.length === source.length && !closes(source, match.index, marker, open);
      if (isUnclear) return cut(source, match.index);
      trackEmphasis(source, match.index, marker, open);
    }
  }
  if (open.length === 0) return { text: source, end: 'complete' };
  return { text: source.trimEnd() + open.reverse().join(''), end: 'closed' };
}

const isEmphasis = (marker: string): boolean => /^[*_~]/.test(marker);

/**
 * Returns where the span that `marker` opens at `at` ends, or where its content starts if that may hold markers;
 * -1 while it has no end, and null if the marker opens no span.
 */
function endOfSpan(source: string, at: number, marker: string): number | null {
  const after = at + marker.length;
  const formulaEnd = formulaEnds[marker];
  if (formulaEnd !== undefined) {
    const end = source.indexOf(formulaEnd, after);
    return end === -1 ? -1 : end + formulaEnd.length;
  }
  if (marker.startsWith('`')) return endOfCode(source, after, marker.length);
  if (marker.endsWith('[')) return isLinkOpen(source, after) ? -1 : after;
  return null;
}

function cut(source: string, at: number): OnceClosed {
  return { text: source.slice(0, at), end: 'cut', isCut: true };
}

function closeCode(source: string, at: number, ticks: string): OnceClosed {
  const code = source.slice(at + ticks.length);
  if (code.trim() === '' || code.endsWith('`')) return cut(source, at);
  // Emphasis around the code is left open until the next characters: code is short.
  return { text: source + ticks, end: 'cut' };
}

/** Returns the end of a code span whose content starts at `from`; -1 while it is open. */
function endOfCode(source: string, from: number, length: number): number {
  for (const { index, 0: ticks } of source.slice(from).matchAll(/`+/g)) {
    if (ticks.length === length) return from + index + length;
  }
  return -1;
}

/** Whether the brackets that open before `from` may still become a link or plain text. */
function isLinkOpen(source: string, from: number): boolean {
  const label = /^(?:\\.|[^[\]\\]|\[[^\]]*\])*\]/.exec(source.slice(from))?.[0];
  if (label === undefined) return true;
  const after = from + label.length;
  return after === source.length || (source[after] === '(' && !source.includes(')', after));
}

const isWordCharacter = (character: string): boolean => /[\p{L}\p{N}]/u.test(character);

function closes(source: string, at: number, marker: string, open: readonly string[]): boolean {
  return /\S/.test(source.charAt(at - 1)) && open.at(-1) === marker;
}

/** Adds an opening marker to `open`, or removes the one that it closes. */
function trackEmphasis(source: string, at: number, marker: string, open: string[]): void {
  if (closes(source, at, marker, open)) {
    open.pop();
    return;
  }
  const isInsideWord = marker.startsWith('_') && isWordCharacter(source.charAt(at - 1));
  const opensWord = /\S/.test(source.charAt(at + marker.length));
  if (opensWord && marker.length <= 3 && !isInsideWord) open.push(marker);
}
