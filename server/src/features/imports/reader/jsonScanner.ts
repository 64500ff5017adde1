/** Limits of one element, so that neither its text nor its parsed form can exhaust the memory of the reader. */
export interface ElementBounds {
  bytes: number;
  /** Levels of nesting. Real exports have about 15. */
  depth: number;
  /** Values and keys: a small file can contain very many empty ones. */
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

/** Whether the byte follows a value instead of being part of a number or word. */
const endsBareValue = (code: number): boolean =>
  code === byte.comma || code === byte.closeList || code === byte.closeObject || isSpace(code);

/**
 * Finds the end of one JSON value, byte by byte, without storing it. Knows only strings, brackets and commas:
 * `JSON.parse` decides later whether the value is valid JSON.
 */
export class JsonScanner {
  #depth = 0;
  #deepest = 0;
  #values = 0;
  #bytes = 0;
  #inString = false;
  #escaped = false;

  /** Continues at `from`. Returns the index after the value, or -1 if it does not end in this chunk. */
  end(chunk: Buffer, from: number): number {
    let at = from;
    let complete = false;
    while (at < chunk.length && !complete) {
      if (this.#inString) {
        at = this.#skipString(chunk, at);
        complete = !this.#inString && this.#depth === 0;
      } else if (this.#depth === 0 && endsBareValue(chunk[at]!)) {
        complete = true;
      } else {
        complete = this.#closesValue(chunk[at]!);
        at++;
      }
    }
    this.#bytes += at - from;
    return complete ? at : -1;
  }

  /** Returns why the value exceeds the limits, for users; undefined while it does not. */
  refusal({ bytes, depth, values }: ElementBounds): string | undefined {
    if (this.#bytes > bytes) return `It is larger than ${Math.floor(bytes / 1_000_000)} MB.`;
    if (this.#deepest > depth) return `It is nested more than ${depth} levels deep.`;
    if (this.#values > values) return `It has more than ${values.toLocaleString('en')} values.`;
    return undefined;
  }

  /** Returns the index after the current string, or the end of the chunk. */
  #skipString(chunk: Buffer, from: number): number {
    let escaped = this.#escaped;
    for (let at = from; at < chunk.length; at++) {
      const code = chunk[at]!;
      if (escaped) escaped = false;
      else if (code === byte.backslash) escaped = true;
      else if (code === byte.quote) {
        this.#inString = this.#escaped = false;
        return at + 1;
      }
    }
    this.#escaped = escaped;
    return chunk.length;
  }

  /** Takes a byte outside of strings. Returns whether it is the bracket that closes the value. */
  #closesValue(code: number): boolean {
    switch (code) {
      case byte.quote:
        this.#inString = true;
        return false;
      case byte.openObject:
      case byte.openList:
        this.#values++;
        this.#deepest = Math.max(this.#deepest, ++this.#depth);
        return false;
      case byte.closeObject:
      case byte.closeList:
        return --this.#depth === 0;
      case byte.comma:
        this.#values++;
        return false;
      default:
        return false;
    }
  }
}
