/** Bounds of one element, so that neither its text nor what becomes of it in memory can exhaust the reader. */
export interface ElementBounds {
  bytes: number;
  /** Levels of nesting. Real exports have about 15. */
  depth: number;
  /** Values and keys: a small file can hold very many empty ones. */
  values: number;
}

export const byte = {
  quote: 0x22,
  comma: 0x2c,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

export const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Walks over one JSON value, byte by byte, and finds its end. Keeps nothing of it. */
export class JsonScanner {
  #depth = 0;
  #deepest = 0;
  #values = 0;
  #bytes = 0;
  #inString = false;
  #escaped = false;

  /**
   * Goes on at `from` and answers with the place behind the value, or -1 when it does not end in this chunk.
   * Knows only strings, brackets and commas: whether it is JSON is for `JSON.parse` to say.
   */
  end(chunk: Buffer, from: number): number {
    // Local variables: this loop runs once for every byte of the file.
    let [depth, deepest, values] = [this.#depth, this.#deepest, this.#values];
    let [inString, escaped] = [this.#inString, this.#escaped];
    let end = -1;
    for (let at = from; at < chunk.length && end === -1; at++) {
      const code = chunk[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (code === byte.backslash) escaped = true;
        else if (code === byte.quote) {
          inString = false;
          if (depth === 0) end = at + 1;
        }
      } else if (code === byte.quote) inString = true;
      else if (code === byte.openObject || code === byte.openList) {
        values++;
        if (++depth > deepest) deepest = depth;
      } else if (code === byte.closeObject || code === byte.closeList) {
        // A bare number or word ends before the bracket of the list it is in; so it does before a comma or a space.
        if (depth === 0) end = at;
        else if (--depth === 0) end = at + 1;
      } else if (code === byte.comma) {
        values++;
        if (depth === 0) end = at;
      } else if (depth === 0 && isSpace(code)) end = at;
    }
    [this.#depth, this.#deepest, this.#values] = [depth, deepest, values];
    [this.#inString, this.#escaped] = [inString, escaped];
    this.#bytes += (end === -1 ? chunk.length : end) - from;
    return end;
  }

  /** Why the value is not taken, for people; undefined as long as it can be. */
  refusal({ bytes, depth, values }: ElementBounds): string | undefined {
    if (this.#bytes > bytes) return `It is larger than ${Math.floor(bytes / 1_000_000)} MB.`;
    if (this.#deepest > depth) return `It is nested more than ${depth} levels deep.`;
    if (this.#values > values)
      return `It consists of more than ${values.toLocaleString('en')} single values.`;
    return undefined;
  }
}
