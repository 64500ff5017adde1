/** A piece of a text that is being written: where it begins, in UTF-16 units, and what it says. */
export interface Piece {
  readonly offset: number;
  readonly text: string;
}

/** A text as far as it has come, and the pieces that came before their turn. */
export interface Arriving {
  readonly text: string;
  readonly ahead: readonly Piece[];
}

/** Pieces kept ahead of a gap. Beyond, they are dropped: what fills the gap brings them along. */
const maxAhead = 256;

export const arriving = (text: string): Arriving => ({ text, ahead: [] });

/** Something between `text` and a piece that already came is missing. */
export const hasGap = (state: Arriving): boolean => state.ahead.length > 0;

/**
 * Adds a piece to a text. Whatever of it is known already is left out, so a piece may come twice, late, or cut
 * differently; one that begins beyond the end waits until the gap before it is filled.
 */
export function receive(state: Arriving, piece: Piece): Arriving {
  if (piece.offset > state.text.length) {
    return { text: state.text, ahead: [...state.ahead, piece].slice(0, maxAhead) };
  }
  let text = joined(state.text, piece);
  if (text === state.text) return state;
  let ahead = state.ahead;
  for (let next = fitting(ahead, text); next; next = fitting(ahead, text)) {
    const taken = next;
    text = joined(text, taken);
    ahead = ahead.filter((other) => other !== taken);
  }
  return { text, ahead };
}

const fitting = (ahead: readonly Piece[], text: string): Piece | undefined =>
  ahead.find((piece) => piece.offset <= text.length);

function joined(text: string, piece: Piece): string {
  const known = text.length - piece.offset;
  return known >= piece.text.length ? text : text + piece.text.slice(known);
}
