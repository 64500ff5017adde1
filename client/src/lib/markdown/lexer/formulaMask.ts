import { endOfFormula } from './mathSyntax.ts';

/** What hides others or may open a formula: code, escapes, and the openings of formulas. */
const openings = /`+|\\[([]|\$\$|\$(?!\s)|\\[\p{P}\p{S}]/gu;
/** A formula between single dollars, in one line. */
const dollars = /\$[^$\n]+(?<!\s)\$(?![\p{L}\p{N}$])/uy;

/**
 * Hides the formulas of `source` in `masked`, the text of equal length in which marked looks for the end of
 * emphasis: `**so $a*b$ is**` is one strong span.
 */
export function maskFormulas(source: string, masked: string): string {
  if (!/\$|\\[([]/.test(source)) return masked;
  const code = new CodeSpans(source);
  let result = '';
  openings.lastIndex = 0;
  for (let match = openings.exec(source); match; match = openings.exec(source)) {
    const [opening] = match;
    const { index } = match;
    const after = index + opening.length;
    if (opening.startsWith('`')) {
      openings.lastIndex = code.endAfter(after, opening.length);
      continue;
    }
    const end = formulaEnd(source, index, opening);
    if (end === null) continue;
    openings.lastIndex = end;
    result += masked.slice(result.length, index) + '+'.repeat(end - index);
  }
  return result + masked.slice(result.length);
}

function formulaEnd(source: string, at: number, opening: string): number | null {
  const end = endOfFormula(source, at, opening);
  if (end !== null || !opening.startsWith('$')) return end;
  dollars.lastIndex = at;
  return dollars.test(source) ? dollars.lastIndex : null;
}

/** Finds the ends of code spans without searching the text again for each. */
class CodeSpans {
  /** Where the runs of backticks start, by their length. */
  readonly #runs = new Map<number, number[]>();

  constructor(source: string) {
    for (const { index, 0: run } of source.matchAll(/`+/g)) {
      const starts = this.#runs.get(run.length);
      if (starts) starts.push(index);
      else this.#runs.set(run.length, [index]);
    }
  }

  /** Returns where the code span ends whose content starts at `from`; `from` if it has no end. */
  endAfter(from: number, length: number): number {
    const starts = this.#runs.get(length) ?? [];
    while (starts[0] !== undefined && starts[0] < from) starts.shift();
    return starts[0] === undefined ? from : starts[0] + length;
  }
}
