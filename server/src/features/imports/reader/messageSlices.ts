import type { ImportedMessage } from '../formats/importedChat.ts';

export const characterCount = ({ content, reasoning }: ImportedMessage): number =>
  content.length + (reasoning?.length ?? 0);

/** The messages in runs that stay within both bounds; one that is longer than the bound stands alone. */
export function* sliceMessages(
  all: ImportedMessage[],
  bounds: { messages: number; characters: number },
): Generator<ImportedMessage[]> {
  let slice: ImportedMessage[] = [];
  let characters = 0;
  for (const message of all) {
    const more = characterCount(message);
    if (slice.length > 0 && (slice.length >= bounds.messages || characters + more > bounds.characters)) {
      yield slice;
      slice = [];
      characters = 0;
    }
    slice.push(message);
    characters += more;
  }
  if (slice.length > 0) yield slice;
}
