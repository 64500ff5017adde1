import { sanitizeText } from '#shared/values';

/** Maximum characters of one delta, so that the size of a socket frame is bounded. */
const deltaMax = 64_000;

const endsWithHighSurrogate = (text: string) => /[\uD800-\uDBFF]$/.test(text);

/** Cuts the text to at most `max` UTF-16 units, never inside a surrogate pair. */
const cut = (text: string, max: number): string => {
  const head = text.slice(0, max);
  return head.length < text.length && endsWithHighSurrogate(head) ? head.slice(0, -1) : head;
};

export interface Delta {
  /** In UTF-16 units. */
  offset: number;
  text: string;
}

/**
 * A text that grows while it is streamed: the part that was sent and the part that is pending. Both are only appended
 * to, so that a token costs the same in a long answer as in a short one.
 */
export class GrowingText {
  #sent: string;
  #pending = '';
  /** The first half of a surrogate pair whose second half has not arrived yet. */
  #highSurrogate = '';
  #remaining: number;

  constructor(initial: string, max: number) {
    this.#sent = initial;
    this.#remaining = Math.max(0, max - initial.length);
  }

  /** The text that was sent to readers. The same text is stored. */
  get sent(): string {
    return this.#sent;
  }

  get isFull(): boolean {
    return this.#remaining === 0;
  }

  get isEmpty(): boolean {
    return !this.#sent && !this.#pending;
  }

  append(text: string): void {
    let whole = this.#highSurrogate + text;
    this.#highSurrogate = '';
    if (endsWithHighSurrogate(whole)) {
      this.#highSurrogate = whole.slice(-1);
      whole = whole.slice(0, -1);
    }
    this.#add(sanitizeText(whole));
  }

  /** Call at the end of the text: replaces half a surrogate pair. */
  end(): void {
    this.#add(sanitizeText(this.#highSurrogate));
    this.#highSurrogate = '';
  }

  /** Returns the pending text and marks it as sent. */
  takePending(): Delta[] {
    const deltas: Delta[] = [];
    while (this.#pending) {
      const text = cut(this.#pending, deltaMax);
      deltas.push({ offset: this.#sent.length, text });
      this.#sent += text;
      this.#pending = this.#pending.slice(text.length);
    }
    return deltas;
  }

  #add(text: string): void {
    const fitting = cut(text, this.#remaining);
    this.#pending += fitting;
    this.#remaining = fitting.length < text.length ? 0 : this.#remaining - fitting.length;
  }
}
