/** Characters; longer text is not a formula. */
const maxLength = 5_000;
/** Levels of braces, environments and delimiters. Each is several elements inside each other. */
const maxDepth = 50;
/** Elements that a formula may have by its source: more than a page of mathematics, and a short task to create. */
const maxEstimate = 4_000;
/** Elements created per character, measured: a letter with an accent, the end of a cell, any other. */
const perAccent = 14;
const perCell = 16;
const perCharacter = 4;

/** Commands that define others: a few of them describe a formula of any size. */
const definitions = /\\(?:[egx]?def|(?:future)?let|(?:re)?newcommand|providecommand|global|long)(?![a-zA-Z])/;
const pieces = /\\(?:[a-zA-Z]+|[\s\S])|[{}&@]|[\u0080-\uffff]|[^\\{}&@\u0080-\uffff]+/g;
const opens = new Set(['{', '\\left', '\\begin', '\\(', '\\bgroup', '\\begingroup']);
const closes = new Set(['}', '\\right', '\\end', '\\)', '\\egroup', '\\endgroup']);
/** Commands whose meaning ends with their group, in which KaTeX puts everything that follows inside them. */
const switches =
  /^\\(?:(?:display|text|script|scriptscript)style|color|rm|sf|tt|bf|it|cal|tiny|small|normalsize|footnotesize|scriptsize|large|Large|LARGE|huge|Huge)$/;

/** Whether typesetting `tex` is a small piece of work. What is not is shown as its source. */
export function isSmallFormula(tex: string): boolean {
  if (tex.length > maxLength || definitions.test(tex)) return false;
  let depth = 0;
  let deepest = 0;
  let estimate = 0;
  for (const [piece] of tex.matchAll(pieces)) {
    if (opens.has(piece) || switches.test(piece)) deepest = Math.max(deepest, (depth += 1));
    else if (closes.has(piece)) depth -= 1;
    estimate += elementsOf(piece);
  }
  return deepest <= maxDepth && estimate <= maxEstimate;
}

function elementsOf(piece: string): number {
  if (piece === '&' || piece === '@' || piece === '\\\\' || piece === '\\cr') return perCell;
  if (piece === '{' || piece === '}') return 0;
  if (piece.startsWith('\\')) return 2 * perCharacter;
  return piece >= '\u0080' ? perAccent : perCharacter * piece.replace(/\s+/g, '').length;
}
