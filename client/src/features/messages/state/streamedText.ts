/** A part of a text that is being streamed; `offset` counts UTF-16 code units. */
export interface TextDelta {
  readonly offset: number;
  readonly text: string;
}

/** A text as received so far, and the deltas received beyond a gap. */
export interface StreamedText {
  readonly text: string;
  readonly buffered: readonly TextDelta[];
}

/** Deltas buffered beyond a gap. More are dropped: the reply that fills the gap contains them. */
const maxBuffered = 256;

export const streamedText = (text: string): StreamedText => ({ text, buffered: [] });

/** Returns whether something between `text` and a buffered delta is missing. */
export const hasGap = (state: StreamedText): boolean => state.buffered.length > 0;

/**
 * Adds a delta to a text. Text received before is skipped, so a delta may arrive twice, late, or cut differently; one
 * that begins beyond the end is buffered until the gap before it is filled.
 */
export function applyDelta(state: StreamedText, delta: TextDelta): StreamedText {
  if (delta.offset > state.text.length) {
    return { text: state.text, buffered: [...state.buffered, delta].slice(0, maxBuffered) };
  }
  let text = append(state.text, delta);
  if (text === state.text) return state;
  let buffered = state.buffered;
  for (let next = findApplicable(buffered, text); next; next = findApplicable(buffered, text)) {
    const applied = next;
    text = append(text, applied);
    buffered = buffered.filter((other) => other !== applied);
  }
  return { text, buffered };
}

const findApplicable = (buffered: readonly TextDelta[], text: string): TextDelta | undefined =>
  buffered.find((delta) => delta.offset <= text.length);

function append(text: string, delta: TextDelta): string {
  const known = text.length - delta.offset;
  return known >= delta.text.length ? text : text + delta.text.slice(known);
}
