import type { ImportedMessage } from '../formats/importedChat.ts';

export const characterCount = ({ content, reasoning }: ImportedMessage): number =>
  content.length + (reasoning?.length ?? 0);

/** Yields the messages in slices within both limits. A message that exceeds the limit forms a separate slice. */
export function* sliceMessages(
  messages: ImportedMessage[],
  limits: { messages: number; characters: number },
): Generator<ImportedMessage[]> {
  let slice: ImportedMessage[] = [];
  let characters = 0;
  for (const message of messages) {
    const count = characterCount(message);
    if (slice.length > 0 && (slice.length >= limits.messages || characters + count > limits.characters)) {
      yield slice;
      slice = [];
      characters = 0;
    }
    slice.push(message);
    characters += count;
  }
  if (slice.length > 0) yield slice;
}
