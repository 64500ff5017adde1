import type { ChatMessage } from './chatMessage.svelte.ts';
import { newIdempotencyKey } from '../../../api/idempotencyKey.ts';

/** A message being edited. It belongs to the conversation, so that scrolling or leaving the page does not lose the text. */
export class MessageEdit {
  readonly message: ChatMessage;
  text = $state('');
  /** The same for every attempt, so that the question is asked once. */
  readonly idempotencyKey = newIdempotencyKey();

  constructor(message: ChatMessage) {
    this.message = message;
    this.text = message.content;
  }

  get changed(): boolean {
    return this.text !== this.message.content;
  }
}
