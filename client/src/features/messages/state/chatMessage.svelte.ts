import type { Message, MessageStatus } from '#shared/messages';
import type { Reply, ServerPayload } from '#shared/socketEvents';
import { arriving, hasGap, receive } from './deltas.ts';
import type { Arriving } from './deltas.ts';

type Delta = ServerPayload<'message:delta'>;

/**
 * One message on the screen. Each has a state of its own, so that a token that comes in changes one message.
 *
 * Consistency: `version` is the version of the chat this message is known from, and older news is not taken. While an
 * answer is written its texts only grow; when it has ended, the server's text replaces them.
 */
export class ChatMessage {
  readonly id: string;
  readonly parentId: string | null;
  readonly role: Message['role'];
  readonly createdAt: string;
  #content: Arriving;
  #reasoning: Arriving | null;
  #facts: Message;
  #version: number;

  constructor(message: Message, version: number) {
    this.id = message.id;
    this.parentId = message.parentId;
    this.role = message.role;
    this.createdAt = message.createdAt;
    this.#version = version;
    this.#facts = $state.raw(message);
    this.#content = $state.raw(arriving(message.content));
    this.#reasoning = $state.raw(arrivingOrNull(message.reasoning));
  }

  get content(): string {
    return this.#content.text;
  }
  /** Null where there is none. */
  get reasoning(): string | null {
    return this.#reasoning?.text ?? null;
  }
  get reasoningMs(): number | null {
    return this.#facts.reasoningMs;
  }
  get model(): string | null {
    return this.#facts.model;
  }
  get status(): MessageStatus {
    return this.#facts.status;
  }
  get error(): string | null {
    return this.#facts.error;
  }
  get edited(): boolean {
    return this.#facts.edited;
  }
  get siblings(): readonly string[] {
    return this.#facts.siblings;
  }
  get streaming(): boolean {
    return this.#facts.status === 'streaming';
  }
  get version(): number {
    return this.#version;
  }
  /** A piece of one of its texts is missing. */
  get incomplete(): boolean {
    return hasGap(this.#content) || (this.#reasoning !== null && hasGap(this.#reasoning));
  }

  /** Takes what the server says about this message as of a version of the chat. */
  take(message: Message, version: number): void {
    if (version < this.#version) return;
    // Within one version an answer ends and does not begin again: this was said before it ended.
    if (version === this.#version && message.status === 'streaming' && !this.streaming) return;
    this.#version = version;
    if (message.status === 'streaming' && this.#grewFrom(message)) this.#facts = message;
    else this.#replace(message);
  }

  /** Adds a piece of a text. Pieces for an answer that has ended are late. */
  receive(delta: Pick<Delta, 'part' | 'offset' | 'text'>): void {
    if (!this.streaming) return;
    if (delta.part === 'content') this.#content = receive(this.#content, delta);
    else this.#reasoning = receive(this.#reasoning ?? arriving(''), delta);
  }

  /** Where the server has to go on for nothing to be missing. */
  get offsets(): { offset: number; reasoningOffset: number } {
    return { offset: this.content.length, reasoningOffset: this.reasoning?.length ?? 0 };
  }

  /** Adds what was missed. */
  resume({ offset, text, reasoningOffset, reasoning }: Reply<'message:resume'>): void {
    this.receive({ part: 'content', offset, text });
    if (reasoning !== '') this.receive({ part: 'reasoning', offset: reasoningOffset, text: reasoning });
  }

  #grewFrom(message: Message): boolean {
    return (
      this.content.startsWith(message.content) && (this.reasoning ?? '').startsWith(message.reasoning ?? '')
    );
  }

  #replace(message: Message): void {
    this.#facts = message;
    this.#content = arriving(message.content);
    this.#reasoning = arrivingOrNull(message.reasoning);
  }
}

const arrivingOrNull = (text: string | null): Arriving | null => (text === null ? null : arriving(text));
