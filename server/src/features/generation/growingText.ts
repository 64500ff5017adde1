import { sanitizeText } from '#shared/values';

/** Characters one delta carries at most, so that no frame on a socket grows out of bounds. */
const deltaMax = 64_000;

const endsOnHighSurrogate = (text: string) => /[\uD800-\uDBFF]$/.test(text);

/** Cut to at most `max` UTF-16 units, never through a surrogate pair. */
const cut = (text: string, max: number): string => {
  const head = text.slice(0, max);
  return head.length < text.length && endsOnHighSurrogate(head) ? head.slice(0, -1) : head;
};

export interface Delta {
  /** In UTF-16 units. */
  offset: number;
  text: string;
}

/**
 * A text that grows while it is streamed: what was sent, and what waits to be sent. Both are only ever appended to,
 * so a long answer costs no more per token than a short one.
 */
export class GrowingText {
  #sent: string;
  #waiting = '';
  /** The first half of a surrogate pair whose other half has not come yet. */
  #half = '';
  #room: number;

  constructor(begun: string, max: number) {
    this.#sent = begun;
    this.#room = Math.max(0, max - begun.length);
  }

  /** What readers have been sent, which is also what is stored. */
  get sent(): string {
    return this.#sent;
  }

  /** No more fits. */
  get full(): boolean {
    return this.#room === 0;
  }

  get empty(): boolean {
    return !this.#sent && !this.#waiting;
  }

  append(text: string): void {
    let whole = this.#half + text;
    this.#half = '';
    if (endsOnHighSurrogate(whole)) {
      this.#half = whole.slice(-1);
      whole = whole.slice(0, -1);
    }
    this.#add(sanitizeText(whole));
  }

  /** A half pair that stays alone is replaced: nothing more will come. */
  end(): void {
    this.#add(sanitizeText(this.#half));
    this.#half = '';
  }

  /** Takes what waits, to be sent now. */
  take(): Delta[] {
    const deltas: Delta[] = [];
    while (this.#waiting) {
      const text = cut(this.#waiting, deltaMax);
      deltas.push({ offset: this.#sent.length, text });
      this.#sent += text;
      this.#waiting = this.#waiting.slice(text.length);
    }
    return deltas;
  }

  #add(text: string): void {
    const fitting = cut(text, this.#room);
    this.#waiting += fitting;
    this.#room = fitting.length < text.length ? 0 : this.#room - fitting.length;
  }
}
