import type { ChatMessage } from './chatMessage.svelte.ts';
import type { ChatSocket } from './chatTransport.ts';

/** Asks for what is missing of answers. One request per answer at a time: what comes meanwhile waits for its turn. */
export class Resumption {
  readonly #asked = new Set<string>();
  readonly #socket: Pick<ChatSocket, 'emit'>;
  readonly #missedEnd: () => void;

  /** `missedEnd` is called when an answer that is written here has ended on the server. */
  constructor(socket: Pick<ChatSocket, 'emit'>, missedEnd: () => void) {
    this.#socket = socket;
    this.#missedEnd = missedEnd;
  }

  async ask(message: ChatMessage | undefined): Promise<void> {
    if (!message?.streaming || this.#asked.has(message.id)) return;
    this.#asked.add(message.id);
    try {
      const wanted = { messageId: message.id, ...message.offsets };
      const reply = await this.#socket.emit('message:resume', wanted);
      message.resume(reply);
      if (reply.status !== 'streaming' && message.streaming) this.#missedEnd();
    } catch {
      // The next piece that does not fit, or the next connection, asks again.
    } finally {
      this.#asked.delete(message.id);
    }
  }
}
