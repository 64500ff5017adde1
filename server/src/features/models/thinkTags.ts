import type { ModelEvent } from './models.contract.ts';

type TextEvent = Extract<ModelEvent, { text: string }>;

const opening = '<think>';
const closing = '</think>';
/** Characters of whitespace allowed before the tag. Some models send nothing but whitespace, which is an answer too. */
const spaceMax = 1_000;

/** Returns how many characters at the end of `text` may be the beginning of `tag`. */
function partialTagLength(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}

/**
 * Separates reasoning that a model writes into the answer as `<think>…</think>` at its beginning. Works on the stream,
 * regardless of where it is split. A tag anywhere else is ordinary text.
 */
export class ThinkTags {
  #state: 'start' | 'opened' | 'thinking' | 'closed' | 'answer' = 'start';
  /** Text that cannot be classified yet. */
  #held = '';

  push(text: string): TextEvent[] {
    if (this.#state === 'answer') return content(text);
    this.#held += text;
    if (this.#state === 'start') return this.#begin();
    return this.#state === 'closed' ? this.#answer() : this.#think();
  }

  /** Returns the text still held when the answer ends. */
  end(): TextEvent[] {
    const held = this.#held;
    this.#held = '';
    return this.#state === 'thinking' ? reasoning(held) : this.#state === 'start' ? content(held) : [];
  }

  #begin(): TextEvent[] {
    const visible = this.#held.trimStart();
    const mayBegin = visible.length < opening.length && opening.startsWith(visible);
    if (mayBegin && this.#held.length <= spaceMax) return [];
    if (!visible.startsWith(opening)) {
      this.#state = 'answer';
      return content(this.#take());
    }
    this.#state = 'opened';
    this.#held = visible.slice(opening.length);
    return this.#think();
  }

  #think(): TextEvent[] {
    if (this.#state === 'opened') {
      this.#held = this.#held.trimStart();
      if (!this.#held) return [];
      this.#state = 'thinking';
    }
    const end = this.#held.indexOf(closing);
    if (end < 0) {
      const kept = partialTagLength(closing, this.#held);
      const held = this.#take();
      this.#held = held.slice(held.length - kept);
      return reasoning(held.slice(0, held.length - kept));
    }
    const held = this.#take();
    this.#state = 'closed';
    this.#held = held.slice(end + closing.length);
    return [...reasoning(held.slice(0, end)), ...this.#answer()];
  }

  /** Drops the blank lines between reasoning and answer. */
  #answer(): TextEvent[] {
    const text = this.#take().trimStart();
    if (text) this.#state = 'answer';
    return content(text);
  }

  #take(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

const content = (text: string): TextEvent[] => (text ? [{ type: 'content', text }] : []);
const reasoning = (text: string): TextEvent[] => (text ? [{ type: 'reasoning', text }] : []);
