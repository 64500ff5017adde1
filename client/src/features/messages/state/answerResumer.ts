import type { ChatMessage } from './chatMessage.svelte.ts';
import type { ChatSocket } from './chatTransport.ts';

/** Requests the missing text of streaming answers, with at most one request per answer at a time. */
export class AnswerResumer {
  readonly #inFlight = new Set<string>();
  readonly #socket: Pick<ChatSocket, 'emit'>;
  readonly #onMissedEnd: () => void;

  /** `onMissedEnd` is called when an answer that is streaming here has already ended on the server. */
  constructor(socket: Pick<ChatSocket, 'emit'>, onMissedEnd: () => void) {
    this.#socket = socket;
    this.#onMissedEnd = onMissedEnd;
  }

  async resume(message: ChatMessage | undefined): Promise<void> {
    if (!message?.streaming || this.#inFlight.has(message.id)) return;
    this.#inFlight.add(message.id);
    try {
      const reply = await this.#socket.emit('message:resume', { messageId: message.id, ...message.offsets });
      message.applyResume(reply);
      if (reply.status !== 'streaming' && message.streaming) this.#onMissedEnd();
    } catch {
      // The next delta after a gap, or the next reconnect, tries again.
    } finally {
      this.#inFlight.delete(message.id);
    }
  }
}
