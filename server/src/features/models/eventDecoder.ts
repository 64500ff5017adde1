import { GrowingBytes } from './growingBytes.ts';
import { modelErrors } from './modelErrors.ts';

/** Bytes of one event. Models send a few hundred; servers that do not stream send the whole answer as one event. */
export const eventBytesMax = 1_000_000;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const dataField = Buffer.from('data');
const newLine = Buffer.from('\n');
const byteOrderMark = Buffer.from('\ufeff');

/** Returns where the value of a `data` line begins; undefined for comments and other fields. */
function startOfData(bytes: Uint8Array, start: number, end: number): number | undefined {
  const nameEnd = start + dataField.length;
  if (nameEnd > end) return undefined;
  for (let i = start; i < nameEnd; i++) if (bytes[i] !== dataField[i - start]) return undefined;
  if (nameEnd === end) return end;
  if (bytes[nameEnd] !== colon) return undefined;
  return nameEnd + 1 < end && bytes[nameEnd + 1] === space ? nameEnd + 2 : nameEnd + 1;
}

/**
 * Decodes server-sent events from bytes that may be cut anywhere, looking at each byte once. Source:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class EventDecoder {
  #line = new GrowingBytes();
  #data = new GrowingBytes();
  #hasData = false;
  #isFirstLine = true;
  /** The last line ended with a carriage return; a line feed right after it belongs to the same line end. */
  #endedWithReturn = false;

  /** Returns the data of each event that ends in these bytes. Throws if an event is too large. */
  *push(bytes: Uint8Array): Generator<string> {
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte !== lineFeed && byte !== carriageReturn) continue;
      const isBlank = i === start && this.#line.length === 0;
      const isSecondHalf = isBlank && byte === lineFeed && this.#endedWithReturn;
      this.#endedWithReturn = byte === carriageReturn;
      if (!isBlank) this.#endLine(bytes, start, i);
      else if (this.#hasData && !isSecondHalf) yield this.#takeEvent();
      start = i + 1;
    }
    this.#requireRoom(bytes.length - start);
    this.#line.append(bytes.subarray(start));
  }

  /** Reads a line that is not blank. Its beginning may have come with earlier bytes. */
  #endLine(bytes: Uint8Array, start: number, end: number): void {
    this.#requireRoom(end - start);
    if (this.#line.length === 0) this.#readLine(bytes, start, end);
    else {
      this.#line.append(bytes.subarray(start, end));
      this.#readLine(this.#line.view(), 0, this.#line.length);
      this.#line.clear();
    }
  }

  #readLine(bytes: Uint8Array, start: number, end: number): void {
    const mark = this.#isFirstLine ? byteOrderMark : undefined;
    this.#isFirstLine = false;
    const first = mark?.every((byte, i) => bytes[start + i] === byte) ? start + mark.length : start;
    const dataStart = startOfData(bytes, first, end);
    if (dataStart !== undefined) this.#addData(bytes.subarray(dataStart, end));
  }

  #addData(data: Uint8Array): void {
    if (this.#hasData) this.#data.append(newLine);
    this.#data.append(data);
    this.#hasData = true;
  }

  #takeEvent(): string {
    this.#hasData = false;
    return this.#data.takeText();
  }

  #requireRoom(bytes: number): void {
    if (this.#data.length + this.#line.length + bytes > eventBytesMax) throw modelErrors.eventTooLarge();
  }
}
