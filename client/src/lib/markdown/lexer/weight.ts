/**
 * What a text costs to show, in characters of plain prose. A character that may start or end an element costs more
 * than a letter, so that texts of equal weight take about equally long, whatever they consist of.
 */

/** Each may become an element, or is searched for its counterpart. */
const syntaxWeight = 12;
/** Each may become a list item with its paragraph. */
const lineBreakWeight = 24;

const weights = new Uint8Array(128).fill(1);
for (const character of '*_`~[]<>$\\&|@!#^{}') weights[character.charCodeAt(0)] = 1 + syntaxWeight;
weights['\n'.charCodeAt(0)] = 1 + lineBreakWeight;

/** The same punctuation again and again, and spaces, which are searched for something else around them. */
const repeatedWeight = 12;
const repeatedSpaceWeight = 2;

const isLetter = (code: number): boolean => /[a-z\d]/i.test(String.fromCharCode(code));
const repeatedWeights = Uint8Array.from({ length: 128 }, (_, code) => (isLetter(code) ? 0 : repeatedWeight));
repeatedWeights[' '.charCodeAt(0)] = repeatedSpaceWeight;

function weightAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const weight = weights[code] ?? 1;
  return at > 0 && text.charCodeAt(at - 1) === code ? weight + (repeatedWeights[code] ?? 0) : weight;
}

export function weightOf(text: string): number {
  let weight = 0;
  for (let at = 0; at < text.length; at += 1) weight += weightAt(text, at);
  return weight;
}

/** Returns how many characters of `text` together weigh at most `max`. */
export function lengthOfWeight(text: string, max: number): number {
  let weight = 0;
  for (let at = 0; at < text.length; at += 1) {
    weight += weightAt(text, at);
    if (weight > max) return at;
  }
  return text.length;
}
