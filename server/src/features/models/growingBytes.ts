/** Bytes that a buffer has room for at first, and again after it was emptied. */
const capacityMin = 4_096;

/** Bytes that arrive in pieces. The room doubles when it is full, so that any number of pieces costs linear time. */
export class GrowingBytes {
  #buffer = Buffer.allocUnsafe(capacityMin);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  /** Returns the bytes as UTF-8 text and forgets them. */
  takeText(): string {
    const text = this.#buffer.toString('utf8', 0, this.#length);
    this.clear();
    return text;
  }

  /** Returns a view of the bytes, valid until the next call of another method. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    if (this.#buffer.length > capacityMin) this.#buffer = Buffer.allocUnsafe(capacityMin);
  }
}
