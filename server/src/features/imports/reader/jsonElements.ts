import { UnreadableFile } from './importEvents.ts';
import { byte, isSpace, JsonScanner, type ElementBounds } from './jsonScanner.ts';

/** One element of a JSON file. `start` is the beginning of its text, which usually contains its title. */
export type Element =
  | { kind: 'whole'; json: Buffer }
  | { kind: 'refused'; reason: string; start: string }
  /** The file ends in the middle of the element. */
  | { kind: 'truncated'; start: string };

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Bytes kept of a refused element, to find its title. */
const startBytes = 4_096;

/** Buffers one element: all of its text, or only its start once it exceeds the limits. */
class ElementBuffer {
  #scanner = new JsonScanner();
  #parts: Buffer[] = [];
  #start: Buffer = Buffer.alloc(0);
  #refusal: string | undefined;

  /** Takes the element's part of the chunk. Returns the same as `JsonScanner.end`. */
  take(chunk: Buffer, from: number, bounds: ElementBounds): number {
    const end = this.#scanner.end(chunk, from);
    const part = chunk.subarray(from, end === -1 ? chunk.length : end);
    if (this.#start.length < startBytes) {
      this.#start = Buffer.concat([this.#start, part.subarray(0, startBytes - this.#start.length)]);
    }
    this.#refusal ??= this.#scanner.refusal(bounds);
    if (this.#refusal === undefined) this.#parts.push(part);
    else this.#parts = [];
    return end;
  }

  get start(): string {
    return this.#start.toString('utf8');
  }

  toElement(): Element {
    if (this.#refusal !== undefined) return { kind: 'refused', reason: this.#refusal, start: this.start };
    return { kind: 'whole', json: Buffer.concat(this.#parts) };
  }
}

const notJson = 'This is not a JSON file. Choose the JSON or ZIP file of an export.';
const damagedAt = (offset: number) =>
  `The file is damaged at byte ${offset.toLocaleString('en')}. Everything before that was imported.`;

/** What the next byte may be: the list or the only object, an element or the end of the list, and so on. */
type State = 'start' | 'first' | 'element' | 'afterElement' | 'afterComma' | 'end';

const startsValue = (code: number) =>
  code !== byte.comma && code !== byte.closeList && code !== byte.closeObject;

/** Returns the state after a byte that is not inside an element; undefined if the byte is not allowed there. */
function nextState(state: State, code: number): State | undefined {
  switch (state) {
    case 'start':
      if (code === byte.openList) return 'first';
      return code === byte.openObject ? 'element' : undefined;
    case 'first':
      if (code === byte.closeList) return 'end';
      return startsValue(code) ? 'element' : undefined;
    case 'afterComma':
      return startsValue(code) ? 'element' : undefined;
    case 'afterElement':
      if (code === byte.closeList) return 'end';
      return code === byte.comma ? 'afterComma' : undefined;
    default:
      return undefined;
  }
}

/** Splits a JSON file into elements: the items of its list, or its only object. */
class ElementSplitter {
  #bounds: ElementBounds;
  #state: State = 'start';
  #isList = true;
  #element = new ElementBuffer();
  /** Bytes before the current chunk. */
  #offset = 0;

  constructor(bounds: ElementBounds) {
    this.#bounds = bounds;
  }

  /** Yields the elements that end in the chunk. */
  *push(chunk: Buffer): Generator<Element> {
    let at = 0;
    if (this.#offset === 0) while (at < byteOrderMark.length && chunk[at] === byteOrderMark[at]) at++;
    while (at < chunk.length) {
      if (this.#state === 'element') {
        const end = this.#element.take(chunk, at, this.#bounds);
        if (end === -1) break;
        yield this.#completeElement();
        at = end;
      } else if (isSpace(chunk[at]!) || this.#advance(chunk[at]!, this.#offset + at) !== 'element') {
        at++;
      }
    }
    this.#offset += chunk.length;
  }

  /** Yields the element that the file ends in. Throws `UnreadableFile` if the list is not complete. */
  *end(): Generator<Element> {
    if (this.#state === 'start')
      throw new UnreadableFile(this.#offset === 0 ? 'The file is empty.' : notJson);
    if (this.#state === 'element') yield { kind: 'truncated', start: this.#element.start };
    else if (this.#state !== 'end') {
      throw new UnreadableFile(
        'The file is incomplete: its end is missing. Everything before that was imported.',
      );
    }
  }

  /** Returns the state after the byte. The first byte of an element is not consumed: it belongs to the element. */
  #advance(code: number, offset: number): State {
    const next = nextState(this.#state, code);
    if (!next) throw new UnreadableFile(this.#state === 'start' ? notJson : damagedAt(offset));
    if (this.#state === 'start') this.#isList = next === 'first';
    this.#state = next;
    return next;
  }

  #completeElement(): Element {
    const element = this.#element.toElement();
    this.#element = new ElementBuffer();
    this.#state = this.#isList ? 'afterElement' : 'end';
    return element;
  }
}

/**
 * Yields the elements of a JSON file as its bytes arrive. Holds one element in memory. Continues after an element that
 * exceeds the limits. Throws `UnreadableFile` where the rest cannot be read.
 */
export async function* elementsOf(
  chunks: AsyncIterable<Buffer>,
  bounds: ElementBounds,
): AsyncGenerator<Element> {
  const splitter = new ElementSplitter(bounds);
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

/** Refuses every element at its first byte, so that nothing is buffered. */
const countOnly: ElementBounds = { bytes: 0, depth: Infinity, values: Infinity };

/** Returns the number of elements, up to where the file can be read. */
export async function countElements(chunks: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  try {
    for await (const _element of elementsOf(chunks, countOnly)) count++;
  } catch (error) {
    // Reported when the file is read again for its content.
    if (!(error instanceof UnreadableFile)) throw error;
  }
  return count;
}
