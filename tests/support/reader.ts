import type { Message } from '#shared/messages';
import type { ServerPayload } from '#shared/socketEvents';
import type { Person, TestSocket } from './person.ts';

type Delta = Pick<ServerPayload<'message:delta'>, 'part' | 'offset' | 'text'>;

/**
 * A tab that reads one answer as a careful client does: deltas are applied by their offset, what was missed is asked
 * for, and nothing is ever read whole again. Text that arrives twice must be the same both times.
 */
export class Reader {
  readonly text = { content: '', reasoning: '' };
  /** Characters that came through `message:resume`. */
  resumed = 0;
  #gap = false;
  #resuming: Promise<string> | undefined;
  #person: Person;
  #ids: { chatId: string; messageId: string };
  #socket: TestSocket | undefined;
  #heardEnd!: (message: Message) => void;
  #end = new Promise<Message>((resolve) => (this.#heardEnd = resolve));

  constructor(person: Person, ids: { chatId: string; messageId: string }) {
    this.#person = person;
    this.#ids = ids;
  }

  /** Opens a socket and catches up. Answers with the status of the answer at that moment. */
  async connect(): Promise<string> {
    const socket = await this.#person.connect();
    this.#socket = socket;
    socket.raw.on('message:delta', (delta) => {
      if (delta.messageId === this.#ids.messageId) this.#take(delta);
    });
    socket.raw.on('message:updated', ({ message }) => {
      if (message.id === this.#ids.messageId && message.status !== 'streaming') this.#heardEnd(message);
    });
    const watched = await socket.ask('chat:watch', { chatId: this.#ids.chatId });
    if (!watched.ok) throw new Error(watched.error.message);
    return this.#resume();
  }

  /** The network goes away. */
  cut(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Resolves with the last word on the answer. */
  async ended(): Promise<Message> {
    const message = await this.#end;
    await this.#resuming;
    if (this.#gap) await this.#resume();
    return message;
  }

  #resume(): Promise<string> {
    return (this.#resuming = this.#fillGaps());
  }

  /** Asks for what is missing until nothing is: while the answer is on its way, more may be missed. */
  async #fillGaps(): Promise<string> {
    let status: string;
    do {
      this.#gap = false;
      status = await this.#askForTheRest();
    } while (this.#gap);
    return status;
  }

  async #askForTheRest(): Promise<string> {
    const { messageId } = this.#ids;
    const { content, reasoning } = this.text;
    const from = { offset: content.length, reasoningOffset: reasoning.length };
    const missed = await this.#socket!.ask('message:resume', { messageId, ...from });
    if (!missed.ok) throw new Error(missed.error.message);
    this.resumed += missed.data.text.length + missed.data.reasoning.length;
    this.#take({ part: 'content', offset: missed.data.offset, text: missed.data.text });
    this.#take({ part: 'reasoning', offset: missed.data.reasoningOffset, text: missed.data.reasoning });
    return missed.data.status;
  }

  #take({ part, offset, text }: Delta): void {
    const have = this.text[part];
    if (offset > have.length) {
      this.#gap = true;
      return;
    }
    const known = have.slice(offset, offset + text.length);
    if (!text.startsWith(known)) throw new Error(`The text at ${offset} changed from ${known} to ${text}.`);
    this.text[part] += text.slice(known.length);
  }
}
