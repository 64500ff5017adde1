import { formats } from '../formats/formats.ts';
import { UnreadableConversation, type ImportedChat, type ImportFormat } from '../formats/importedChat.ts';
import { asRecord, asTitle } from '../formats/untrusted.ts';
import type { Element } from './jsonElements.ts';
import { parseLenient } from './parseLenient.ts';

/** What people know a conversation by. */
const titleOf = (conversation: unknown): string => {
  const { title, chat, name } = asRecord(conversation);
  return asTitle(title) || asTitle(asRecord(chat).title) || asTitle(name);
};

/** The title in text that cannot be parsed as a whole; empty when it does not stand near its start. */
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

/** What became of one element of a file. `title` is empty when nothing names it. */
export type ConversationResult = { chat: ImportedChat } | { title: string; reason: string };

/** Reads the elements of one file. What nothing tells the format of is taken for what came before it. */
export class ConversationReader {
  readonly #now: number;
  #last: ImportFormat | undefined;
  constructor(now: number) {
    this.#now = now;
  }

  read(element: Element): ConversationResult {
    if (element.kind === 'refused') return { title: titleIn(element.start), reason: element.reason };
    if (element.kind === 'cut') {
      return {
        title: titleIn(element.start),
        reason: 'The file ends in the middle of it. Download the file again.',
      };
    }
    let title = '';
    try {
      const conversation = parse(element.json);
      title = titleOf(conversation);
      this.#last = formats.find((format) => format.detect(conversation)) ?? this.#last;
      if (!this.#last) throw new UnreadableConversation('It is in no format that can be read here.');
      return { chat: this.#last.read(conversation, this.#now) };
    } catch (error) {
      if (error instanceof UnreadableConversation) return { title, reason: error.message };
      throw error;
    }
  }
}
