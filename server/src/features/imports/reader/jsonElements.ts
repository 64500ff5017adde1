import { byte, isSpace, JsonScanner, type ElementBounds } from './jsonScanner.ts';
import { UnreadableFile } from './unreadableFile.ts';

/** What a JSON file consists of. `start` is the beginning of its text, to tell people which one is meant. */
export type Element =
  | { kind: 'whole'; json: Buffer }
  | { kind: 'refused'; reason: string; start: string }
  /** The file ends in the middle of this one. */
  | { kind: 'cut'; start: string };

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Bytes of a refused element that are kept to look for its title. */
const startBytes = 4_096;

/** An element being gathered: all of its text, or only its start once it is refused. */
class ElementBuffer {
  #scan = new JsonScanner();
  #parts: Buffer[] = [];
  #start: Buffer = Buffer.alloc(0);
  #refusal: string | undefined;

  /** Takes its part of the chunk and answers as `Scan.end`. */
  take(chunk: Buffer, from: number, bounds: ElementBounds): number {
    const end = this.#scan.end(chunk, from);
    const part = chunk.subarray(from, end === -1 ? chunk.length : end);
    if (this.#start.length < startBytes) {
      this.#start = Buffer.concat([this.#start, part.subarray(0, startBytes - this.#start.length)]);
    }
    this.#refusal ??= this.#scan.refusal(bounds);
    if (this.#refusal === undefined) this.#parts.push(part);
    else this.#parts = [];
    return end;
  }

  get start(): string {
    return this.#start.toString('utf8');
  }

  whole(): Element {
    if (this.#refusal !== undefined) return { kind: 'refused', reason: this.#refusal, start: this.start };
    return { kind: 'whole', json: Buffer.concat(this.#parts) };
  }
}

const notJson = 'This is not a JSON file. Choose the JSON or ZIP file of an export.';
const damagedAt = (place: number) =>
  `The file is damaged at byte ${place.toLocaleString('en')}. What came before it was imported.`;

/** Where in the file the next byte stands. */
type Place = 'before' | 'first' | 'value' | 'comma' | 'inside' | 'behind';

/**
 * The elements of the list a JSON file holds, or the one object it is, as its bytes arrive. Memory holds one element.
 * Goes on after an element that is refused; throws `UnreadableFile` where nothing can be read any more.
 */
export async function* elementsOf(
  chunks: AsyncIterable<Buffer>,
  bounds: ElementBounds,
): AsyncGenerator<Element> {
  let place: Place = 'before';
  let isList = true;
  let element = new ElementBuffer();
  let offset = 0;

  for await (const chunk of chunks) {
    let at = 0;
    if (offset === 0) while (at < byteOrderMark.length && chunk[at] === byteOrderMark[at]) at++;
    while (at < chunk.length) {
      const code = chunk[at]!;
      if (place === 'inside') {
        const end = element.take(chunk, at, bounds);
        if (end === -1) break;
        yield element.whole();
        element = new ElementBuffer();
        place = isList ? 'comma' : 'behind';
        at = end;
      } else if (isSpace(code)) {
        at++;
      } else if (place === 'before') {
        isList = code === byte.openList;
        if (!isList && code !== byte.openObject) throw new UnreadableFile(notJson);
        place = isList ? 'first' : 'inside';
        if (isList) at++;
      } else if (code === byte.closeList && (place === 'first' || place === 'comma')) {
        place = 'behind';
        at++;
      } else if (code === byte.comma && place === 'comma') {
        place = 'value';
        at++;
      } else if ((place === 'first' || place === 'value') && startsValue(code)) {
        place = 'inside';
      } else {
        throw new UnreadableFile(damagedAt(offset + at));
      }
    }
    offset += chunk.length;
  }

  if (place === 'before') throw new UnreadableFile(offset === 0 ? 'The file is empty.' : notJson);
  if (place === 'inside') yield { kind: 'cut', start: element.start };
  else if (place !== 'behind') {
    throw new UnreadableFile('The file is cut off: its end is missing. What came before it was imported.');
  }
}

const startsValue = (code: number) =>
  code !== byte.comma && code !== byte.closeList && code !== byte.closeObject;

/** Every element is refused at its first byte, so that nothing is kept. */
const keepNothing: ElementBounds = { bytes: 0, depth: Infinity, values: Infinity };

/** How many elements there are, as far as the file can be read. */
export async function countElements(chunks: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  try {
    for await (const _element of elementsOf(chunks, keepNothing)) count++;
  } catch (error) {
    // Told when the file is read for good.
    if (!(error instanceof UnreadableFile)) throw error;
  }
  return count;
}
