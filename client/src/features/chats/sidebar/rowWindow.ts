/** Pixels. All rows and all headings are of one height, so that nothing has to be measured. */
export interface Sizes {
  heading: number;
  row: number;
}

/** What to draw of one group: its rows from `from` up to, not including, `to`. */
export interface GroupWindow {
  group: number;
  /** Pixels from the top of the list, and the height of the whole group. */
  top: number;
  height: number;
  from: number;
  to: number;
}

const heightOf = (rows: number, { heading, row }: Sizes): number => heading + rows * row;

export const totalHeight = (counts: readonly number[], sizes: Sizes): number =>
  counts.reduce((total, count) => total + heightOf(count, sizes), 0);

/**
 * The parts of groups with so many rows that lie between two heights of the list, so that the page holds few rows.
 * The group `kept` is among them in any case, if need be without rows.
 */
export function groupWindows(
  counts: readonly number[],
  sizes: Sizes,
  { from, to, kept }: { from: number; to: number; kept?: number },
): GroupWindow[] {
  const windows: GroupWindow[] = [];
  let top = 0;
  for (const [group, count] of counts.entries()) {
    const height = heightOf(count, sizes);
    if (top < to && top + height > from) {
      const rowAt = (y: number): number => (y - top - sizes.heading) / sizes.row;
      const first = Math.max(0, Math.floor(rowAt(from)));
      const last = Math.min(count, Math.max(0, Math.ceil(rowAt(to))));
      windows.push({ group, top, height, from: Math.min(first, count), to: last });
    } else if (group === kept) {
      windows.push({ group, top, height, from: 0, to: 0 });
    }
    top += height;
  }
  return windows;
}

/** Pixels from the top of the list to a row. */
export function rowTop(counts: readonly number[], sizes: Sizes, group: number, row: number): number {
  return totalHeight(counts.slice(0, group), sizes) + sizes.heading + row * sizes.row;
}
