import type { Message, MessageStatus } from '#shared/messages';
import type { Reply, ServerPayload } from '#shared/socketEvents';
import { applyDelta, hasGap, streamedText } from './streamedText.ts';
import type { StreamedText } from './streamedText.ts';

type Delta = ServerPayload<'message:delta'>;

/**
 * One message on the screen. Each has its own state, so that an incoming token changes one message only.
 *
 * Consistency: `version` is the chat version this message was last updated from; older updates are ignored. While an
 * answer is streaming its texts only grow; once it has ended, the server's text replaces them.
 */
export class ChatMessage {
  readonly id: string;
  readonly parentId: string | null;
  readonly role: Message['role'];
  readonly createdAt: string;
  #content: StreamedText;
  #reasoning: StreamedText | null;
  #message: Message;
  #version: number;

  constructor(message: Message, version: number) {
    this.id = message.id;
    this.parentId = message.parentId;
    this.role = message.role;
    this.createdAt = message.createdAt;
    this.#version = version;
    this.#message = $state.raw(message);
    this.#content = $state.raw(streamedText(message.content));
    this.#reasoning = $state.raw(streamedTextOrNull(message.reasoning));
  }

  get content(): string {
    return this.#content.text;
  }
  /** Null when there is none. */
  get reasoning(): string | null {
    return this.#reasoning?.text ?? null;
  }
  get reasoningMs(): number | null {
    return this.#message.reasoningMs;
  }
  get model(): string | null {
    return this.#message.model;
  }
  get status(): MessageStatus {
    return this.#message.status;
  }
  get error(): string | null {
    return this.#message.error;
  }
  get edited(): boolean {
    return this.#message.edited;
  }
  get siblings(): readonly string[] {
    return this.#message.siblings;
  }
  get streaming(): boolean {
    return this.#message.status === 'streaming';
  }
  get version(): number {
    return this.#version;
  }
  /** A delta of one of its texts is missing. */
  get hasGap(): boolean {
    return hasGap(this.#content) || (this.#reasoning !== null && hasGap(this.#reasoning));
  }

  /** Applies the server's state of this message as of a chat version. */
  update(message: Message, version: number): void {
    if (version < this.#version) return;
    // Within one version an answer can end but not start again: this state was sent before it ended.
    if (version === this.#version && message.status === 'streaming' && !this.streaming) return;
    this.#version = version;
    if (message.status === 'streaming' && this.#continues(message)) this.#message = message;
    else this.#replace(message);
  }

  /** Adds a delta. Deltas of an answer that has ended are late and ignored. */
  applyDelta(delta: Pick<Delta, 'part' | 'offset' | 'text'>): void {
    if (!this.streaming) return;
    if (delta.part === 'content') this.#content = applyDelta(this.#content, delta);
    else this.#reasoning = applyDelta(this.#reasoning ?? streamedText(''), delta);
  }

  /** The offsets from which the server has to resume. */
  get offsets(): { offset: number; reasoningOffset: number } {
    return { offset: this.content.length, reasoningOffset: this.reasoning?.length ?? 0 };
  }

  /** Adds the text that was missed. */
  applyResume({ offset, text, reasoningOffset, reasoning }: Reply<'message:resume'>): void {
    this.applyDelta({ part: 'content', offset, text });
    if (reasoning !== '') this.applyDelta({ part: 'reasoning', offset: reasoningOffset, text: reasoning });
  }

  /** Returns whether the texts received so far begin with those of `message`. */
  #continues(message: Message): boolean {
    return (
      this.content.startsWith(message.content) && (this.reasoning ?? '').startsWith(message.reasoning ?? '')
    );
  }

  #replace(message: Message): void {
    this.#message = message;
    this.#content = streamedText(message.content);
    this.#reasoning = streamedTextOrNull(message.reasoning);
  }
}

const streamedTextOrNull = (text: string | null): StreamedText | null =>
  text === null ? null : streamedText(text);
