/** Heights in pixels. All rows have one height and all headings have one height, so that nothing has to be measured. */
export interface Sizes {
  heading: number;
  row: number;
}

/** The part of a group to render: its rows from `from` up to, but not including, `to`. */
export interface GroupWindow {
  /** Index of the group. */
  group: number;
  /** Pixels from the top of the list. */
  top: number;
  /** Height of the whole group in pixels. */
  height: number;
  from: number;
  to: number;
}

const groupHeight = (rows: number, { heading, row }: Sizes): number => heading + rows * row;

export const totalHeight = (counts: readonly number[], sizes: Sizes): number =>
  counts.reduce((total, count) => total + groupHeight(count, sizes), 0);

/**
 * Returns the parts of the groups that lie between two offsets of the list, so that few rows are rendered. `counts` are
 * the rows of each group. The group `kept` is always included, even if none of its rows is.
 */
export function groupWindows(
  counts: readonly number[],
  sizes: Sizes,
  { from, to, kept }: { from: number; to: number; kept?: number },
): GroupWindow[] {
  const windows: GroupWindow[] = [];
  let top = 0;
  for (const [group, count] of counts.entries()) {
    const height = groupHeight(count, sizes);
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

/** Returns the offset of a row in pixels from the top of the list. */
export function rowTop(counts: readonly number[], sizes: Sizes, group: number, row: number): number {
  return totalHeight(counts.slice(0, group), sizes) + sizes.heading + row * sizes.row;
}
