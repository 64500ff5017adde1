import { chatgpt } from '../formats/chatgpt.ts';
import { UnreadableConversation, type ImportedChat, type ImportFormat } from '../formats/importedChat.ts';
import { openWebui } from '../formats/openWebui.ts';
import { asRecord, asTitle } from '../formats/untrusted.ts';
import type { Element } from './jsonElements.ts';
import { parseLenient } from './parseLenient.ts';

/** In the order of detection. */
const formats: readonly ImportFormat[] = [openWebui, chatgpt];

/** Returns the title of a conversation; empty if it has none. */
const titleOf = (conversation: unknown): string => {
  const { title, chat, name } = asRecord(conversation);
  return asTitle(title) || asTitle(asRecord(chat).title) || asTitle(name);
};

/** Returns the title in text that cannot be parsed as a whole; empty if it is not near the start. */
function titleIn(start: string): string {
  const found = /"title"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(start)?.[1];
  try {
    return found === undefined ? '' : asTitle(JSON.parse(found));
  } catch {
    return '';
  }
}

function parse(json: Buffer): unknown {
  try {
    return parseLenient(json.toString('utf8'));
  } catch {
    throw new UnreadableConversation('It is not valid JSON.');
  }
}

/** The result of reading one element. `title` is empty if the element has none. */
export type ConversationResult = { chat: ImportedChat } | { title: string; reason: string };

/** Reads the elements of one file. An element of unknown format is read like the one before it. */
export class ConversationReader {
  readonly #now: number;
  #lastFormat: ImportFormat | undefined;

  constructor(now: number) {
    this.#now = now;
  }

  read(element: Element): ConversationResult {
    if (element.kind === 'refused') return { title: titleIn(element.start), reason: element.reason };
    if (element.kind === 'truncated') {
      return {
        title: titleIn(element.start),
        reason: 'The file ends in the middle of this chat. Download the file again.',
      };
    }
    let title = '';
    try {
      const conversation = parse(element.json);
      title = titleOf(conversation);
      this.#lastFormat = formats.find((format) => format.detect(conversation)) ?? this.#lastFormat;
      if (!this.#lastFormat) throw new UnreadableConversation('Unknown format.');
      return { chat: this.#lastFormat.read(conversation, this.#now) };
    } catch (error) {
      if (error instanceof UnreadableConversation) return { title, reason: error.message };
      throw error;
    }
  }
}
