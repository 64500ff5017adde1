/** Words that are still being written, as they should be shown meanwhile. */
export interface Healed {
  text: string;
  /**
   * `asIs`: nothing is open, what comes next belongs behind it. `inside`: what was open was closed for now, what
   * comes next belongs inside it. `unclear`: the end was left out, as only the next letters tell what it is.
   */
  end: 'asIs' | 'inside' | 'unclear';
}

const runs = /\\[([]|\\[\s\S]|`+|\*+|_+|~~+|\$\$|!?\[/g;

/**
 * Closes the emphasis and code that is open at the end of a text, and hides half a link, half a formula and half
 * a marker, so that the reader sees words take shape and no punctuation flicker.
 */
export function heal(source: string): Healed {
  const open: string[] = [];
  runs.lastIndex = 0;
  for (let match = runs.exec(source); match; match = runs.exec(source)) {
    const [run] = match;
    const after = match.index + run.length;
    if (run === '\\(' || run === '\\[' || run === '$$') {
      const end = source.indexOf(run === '$$' ? '$$' : run === '\\(' ? '\\)' : '\\]', after);
      if (end === -1) return cutAt(source, match.index);
      runs.lastIndex = end + 2;
    } else if (run.startsWith('\\')) continue;
    else if (run.startsWith('`')) {
      const end = closingTicks(source, after, run.length);
      if (end === -1) return insideCode(source, match.index, run);
      runs.lastIndex = end + run.length;
    } else if (run.endsWith('[')) {
      const end = linkEnd(source, after);
      if (end === -1) return cutAt(source, match.index);
    } else if (after === source.length && !closes(source, match.index, run, open))
      return cutAt(source, match.index);
    else countEmphasis(source, match.index, run, open);
  }
  if (open.length === 0) return { text: source, end: 'asIs' };
  return { text: source.trimEnd() + open.reverse().join(''), end: 'inside' };
}

const cutAt = (source: string, at: number): Healed => {
  const { text } = heal(source.slice(0, at));
  return { text, end: 'unclear' };
};

function insideCode(source: string, at: number, ticks: string): Healed {
  const code = source.slice(at + ticks.length);
  if (code.trim() === '' || code.endsWith('`')) return cutAt(source, at);
  // Emphasis around the code is left to the next letters: code is short.
  return { text: source + ticks, end: 'unclear' };
}

function closingTicks(source: string, from: number, length: number): number {
  for (const match of source.slice(from).matchAll(/`+/g))
    if (match[0].length === length) return from + match.index;
  return -1;
}

/** The end of a link or of words in brackets that begin at `from`; -1 while it may still become either. */
function linkEnd(source: string, from: number): number {
  const label = /^(?:\\.|[^[\]\\]|\[[^\]]*\])*\]/.exec(source.slice(from))?.[0];
  if (label === undefined) return -1;
  const after = from + label.length;
  if (after === source.length) return -1;
  if (source[after] !== '(') return after;
  const end = source.indexOf(')', after);
  return end === -1 ? -1 : end + 1;
}

const isWord = (character: string): boolean => /[\p{L}\p{N}]/u.test(character);

function closes(source: string, at: number, run: string, open: readonly string[]): boolean {
  return /\S/.test(source.charAt(at - 1)) && open.at(-1) === run;
}

function countEmphasis(source: string, at: number, run: string, open: string[]): void {
  const before = source.charAt(at - 1);
  const after = source.charAt(at + run.length);
  if (closes(source, at, run, open)) open.pop();
  else if (/\S/.test(after) && run.length <= 3 && !(run.startsWith('_') && isWord(before))) open.push(run);
}
