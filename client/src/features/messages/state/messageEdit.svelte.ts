import type { ChatMessage } from './chatMessage.svelte.ts';
import { newIdempotencyKey } from '../../../api/idempotencyKey.ts';

/** A message being written anew. It belongs to the conversation, so that scrolling or leaving does not lose it. */
export class MessageEdit {
  readonly message: ChatMessage;
  text = $state('');
  /** The same for every attempt, so that a question is asked once. */
  readonly idempotencyKey = newIdempotencyKey();

  constructor(message: ChatMessage) {
    this.message = message;
    this.text = message.content;
  }

  get changed(): boolean {
    return this.text !== this.message.content;
  }
}
