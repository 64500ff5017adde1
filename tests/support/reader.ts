import type { Message } from '#shared/messages';
import type { ServerPayload } from '#shared/socketEvents';
import type { Person, TestSocket } from './person.ts';

type Delta = Pick<ServerPayload<'message:delta'>, 'part' | 'offset' | 'text'>;

/**
 * A tab that reads one answer like a careful client: it applies deltas by offset, requests only what it missed, and
 * never reads the whole text again. Text that arrives twice must be the same both times.
 */
export class Reader {
  readonly text = { content: '', reasoning: '' };
  /** Characters received through `message:resume`. */
  resumed = 0;
  #gap = false;
  #resuming: Promise<string> | undefined;
  #person: Person;
  #ids: { chatId: string; messageId: string };
  #socket: TestSocket | undefined;
  #resolveEnd!: (message: Message) => void;
  #end = new Promise<Message>((resolve) => (this.#resolveEnd = resolve));

  constructor(person: Person, ids: { chatId: string; messageId: string }) {
    this.#person = person;
    this.#ids = ids;
  }

  /** Opens a socket, of the same node or another, and catches up. Returns the current status of the answer. */
  async connect(person = this.#person): Promise<string> {
    const socket = await person.connect();
    this.#socket = socket;
    socket.raw.on('message:delta', (delta) => {
      if (delta.messageId === this.#ids.messageId) this.#apply(delta);
    });
    socket.raw.on('message:updated', ({ message }) => {
      if (message.id === this.#ids.messageId && message.status !== 'streaming') this.#resolveEnd(message);
    });
    const watched = await socket.request('chat:watch', { chatId: this.#ids.chatId });
    if (!watched.ok) throw new Error(watched.error.message);
    return this.#resume();
  }

  /** Closes the socket, like a network failure. */
  cut(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Resolves with the ended answer. */
  async ended(): Promise<Message> {
    const message = await this.#end;
    await this.#resuming;
    if (this.#gap) await this.#resume();
    return message;
  }

  #resume(): Promise<string> {
    return (this.#resuming = this.#fillGaps());
  }

  /** Requests missing text until there is none, because more may be missed before the reply arrives. */
  async #fillGaps(): Promise<string> {
    let status: string;
    do {
      this.#gap = false;
      status = await this.#requestMissing();
    } while (this.#gap);
    return status;
  }

  async #requestMissing(): Promise<string> {
    const { messageId } = this.#ids;
    const { content, reasoning } = this.text;
    const from = { offset: content.length, reasoningOffset: reasoning.length };
    const missed = await this.#socket!.request('message:resume', { messageId, ...from });
    if (!missed.ok) throw new Error(missed.error.message);
    this.resumed += missed.data.text.length + missed.data.reasoning.length;
    this.#apply({ part: 'content', offset: missed.data.offset, text: missed.data.text });
    this.#apply({ part: 'reasoning', offset: missed.data.reasoningOffset, text: missed.data.reasoning });
    return missed.data.status;
  }

  #apply({ part, offset, text }: Delta): void {
    const received = this.text[part];
    if (offset > received.length) {
      this.#gap = true;
      return;
    }
    const known = received.slice(offset, offset + text.length);
    if (!text.startsWith(known)) throw new Error(`The text at ${offset} changed from ${known} to ${text}.`);
    this.text[part] += text.slice(known.length);
  }
}
