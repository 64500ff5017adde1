import type { ImportedChat, ImportedMessage } from '../formats/importedChat.ts';
import type { ImportEvent } from './importEvents.ts';
import { sliceMessages } from './messageSlices.ts';

/** Messages of a long chat, sent before the chat itself. */
export interface MessagesPart {
  kind: 'part';
  messages: ImportedMessage[];
}

/** Limits of one part: the server does no other work while it deserializes a part. */
const partLimits = { messages: 1_000, characters: 1_000_000 };

/** Splits an event: the messages of long chats are sent in parts first. A long chat is then the last one of its batch. */
export function* splitEvent(event: ImportEvent): Generator<ImportEvent | MessagesPart> {
  if (event.kind !== 'batch') {
    yield event;
    return;
  }
  const chats: ImportedChat[] = [];
  for (const chat of event.chats) {
    const parts = [...sliceMessages(chat.messages, partLimits)];
    if (parts.length === 1) {
      chats.push(chat);
      continue;
    }
    for (const messages of parts) yield { kind: 'part', messages };
    yield { kind: 'batch', chats: [...chats.splice(0), { ...chat, messages: [] }], failures: [] };
  }
  yield { ...event, chats };
}

/** Joins what `splitEvent` split. */
export class EventJoiner {
  #messages: ImportedMessage[] = [];

  /** Returns the original event; undefined while its parts arrive. */
  join(event: ImportEvent | MessagesPart): ImportEvent | undefined {
    if (event.kind === 'part') {
      for (const message of event.messages) this.#messages.push(message);
      return undefined;
    }
    const last = event.kind === 'batch' ? event.chats.at(-1) : undefined;
    if (last && last.messages.length === 0) {
      last.messages = this.#messages;
      this.#messages = [];
    }
    return event;
  }
}
