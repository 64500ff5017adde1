/**
 * JSON of servers that are not trusted. `JSON.parse` takes up to a second for a megabyte of nothing but brackets, so
 * the text is scanned first, which takes milliseconds.
 */

/** Levels of arrays and objects. Responses of model servers have about ten. */
const depthMax = 64;
/** Brackets, commas and colons. One model or one piece of an answer has about a hundred. */
const tokensMax = 20_000;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** Returns the index of the quotation mark that ends the string beginning at `start`, or the length of the text. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === backslash) i++;
    else if (code === quote) return i;
  }
  return text.length;
}

/** Returns the parsed JSON. Throws `SyntaxError` if it is not valid, too deep, or has too many values. */
export function parseJson(text: string): unknown {
  let depth = 0;
  let tokens = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i);
    else if (opening.has(code)) depth++;
    else if (closing.has(code)) depth--;
    else if (code !== comma && code !== colon) continue;
    if (++tokens > tokensMax || depth > depthMax) throw new SyntaxError('The JSON has too many values.');
  }
  return JSON.parse(text);
}

/** Returns the index of the comma or bracket after the value that begins at `start`, or the length of the text. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i);
    else if (opening.has(code)) depth++;
    else if (closing.has(code) ? --depth < 0 : code === comma && depth === 0) return i;
  }
  return text.length;
}

const spaces = /\s*/y;
/** Returns the index of the first character at or after `index` that is not white space. */
function skipSpaces(text: string, index: number): number {
  spaces.lastIndex = index;
  spaces.test(text);
  return spaces.lastIndex;
}

const memberName = /\s*"((?:[^"\\]|\\.){0,300})"\s*:\s*/y;
/** Returns the index of the array under this name in a JSON object; undefined if there is none. */
function startOfArray(text: string, name: string): number | undefined {
  let at = skipSpaces(text, 0);
  if (text[at] !== '{') return undefined;
  while (at < text.length && text[at] !== '}') {
    memberName.lastIndex = at + 1;
    const member = memberName.exec(text);
    if (!member) return undefined;
    if (member[1] === name) return text[memberName.lastIndex] === '[' ? memberName.lastIndex : undefined;
    at = endOfValue(text, memberName.lastIndex);
  }
  return undefined;
}

/**
 * Returns the JSON text of each element of the array under this name in a JSON object, so that a long list can be read
 * in steps. The rest of the text is not validated. Throws `SyntaxError` if there is no such array or it does not end.
 */
export function* elementsOf(text: string, name: string): Generator<string> {
  let at = startOfArray(text, name);
  if (at === undefined) throw new SyntaxError(`The JSON has no array "${name}".`);
  while (text[at] !== ']') {
    const start = skipSpaces(text, at + 1);
    at = endOfValue(text, start);
    if (text[at] !== ',' && text[at] !== ']') throw new SyntaxError(`The array "${name}" does not end.`);
    if (at > start || text[at] !== ']') yield text.slice(start, at);
  }
}
