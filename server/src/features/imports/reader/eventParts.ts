import type { ImportedChat, ImportedMessage } from '../formats/importedChat.ts';
import type { ImportEvent } from './importEvents.ts';
import { sliceMessages } from './messageSlices.ts';

/** Messages of a long chat, ahead of the chat itself. */
export interface MessagesPart {
  kind: 'part';
  messages: ImportedMessage[];
}

/** Messages that cross to the server at once: what it unpacks in one go, it does nothing else beside. */
const partBounds = { messages: 1_000, characters: 1_000_000 };

/** Takes the messages out of chats that are long, and sends them ahead. Such a chat is the last of its batch. */
export function* splitEvent(event: ImportEvent): Generator<ImportEvent | MessagesPart> {
  if (event.kind !== 'batch') {
    yield event;
    return;
  }
  const chats: ImportedChat[] = [];
  for (const chat of event.chats) {
    const parts = [...sliceMessages(chat.messages, partBounds)];
    if (parts.length === 1) {
      chats.push(chat);
      continue;
    }
    for (const messages of parts) yield { kind: 'part', messages };
    yield { kind: 'batch', chats: [...chats.splice(0), { ...chat, messages: [] }], failures: [] };
  }
  yield { ...event, chats };
}

/** Puts together again what `inParts` took apart. */
export class EventJoiner {
  #messages: ImportedMessage[] = [];

  /** The event as it was; undefined while its parts arrive. */
  join(event: ImportEvent | MessagesPart): ImportEvent | undefined {
    if (event.kind === 'part') {
      for (const message of event.messages) this.#messages.push(message);
      return undefined;
    }
    const long = event.kind === 'batch' && event.chats.at(-1);
    if (long && long.messages.length === 0) {
      long.messages = this.#messages;
      this.#messages = [];
    }
    return event;
  }
}
