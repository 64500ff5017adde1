/** Returns the index of the quote that ends the string whose text starts at `from`, or the end of the text. */
function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** Replaces NaN and Infinity outside of strings. */
function replaceNonNumbers(text: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const outside = text.slice(at, quote === -1 ? text.length : quote);
    parts.push(outside.replace(/-?\b(?:NaN|Infinity)\b/g, 'null'));
    if (quote === -1) break;
    const end = stringEnd(text, quote + 1) + 1;
    parts.push(text.slice(quote, end));
    at = end;
  }
  return parts.join('');
}

/** Like `JSON.parse`, but reads NaN and Infinity, which Python writes, as null. Throws `SyntaxError`. */
export function parseLenient(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(replaceNonNumbers(text));
  }
}
