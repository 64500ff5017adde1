/** Rows and characters in one insert statement: SQLite writes and indexes them on the event loop, in about 10 ms. */
const insertLimits = { rows: 100, characters: 250_000 };

interface TextRow {
  content: string;
  reasoning?: string | null;
}

/** Returns the rows from `start` on that fit into one insert statement; a longer one alone. */
export function sliceFrom<Row extends TextRow>(rows: Row[], start: number): Row[] {
  let characters = 0;
  const slice: Row[] = [];
  for (const row of rows.slice(start, start + insertLimits.rows)) {
    characters += row.content.length + (row.reasoning?.length ?? 0);
    if (slice.length > 0 && characters > insertLimits.characters) break;
    slice.push(row);
  }
  return slice;
}
