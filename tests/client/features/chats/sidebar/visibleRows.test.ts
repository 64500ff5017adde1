import { describe, expect, test } from '@jest/globals';
import type { ChatGroup } from '../../../../../client/src/features/chats/list/chatGroups.ts';
import {
  groupWindows,
  rowTop,
  totalHeight,
} from '../../../../../client/src/features/chats/sidebar/rowWindow.ts';
import { VisibleRows } from '../../../../../client/src/features/chats/sidebar/visibleRows.svelte.ts';
import { ReactiveValue } from '../../../support/reactiveValue.svelte.ts';
import { aChat } from '../../../support/factories.ts';

const sizes = { heading: 20, row: 10 };

describe('groupWindows', () => {
  test('returns the rows between two offsets, per group', () => {
    // The first group spans 0 to 50 px, the second 50 to 1,070 px.
    expect(groupWindows([3, 100], sizes, { from: 35, to: 95 })).toEqual([
      { group: 0, top: 0, height: 50, from: 1, to: 3 },
      { group: 1, top: 50, height: 1_020, from: 0, to: 3 },
    ]);
  });

  test('returns few rows of a group of 10,000', () => {
    const [window] = groupWindows([10_000], sizes, { from: 50_000, to: 50_400 });
    expect(window).toEqual({ group: 0, top: 0, height: 100_020, from: 4_998, to: 5_038 });
  });

  test('leaves out groups outside the offsets, except the kept one', () => {
    expect(groupWindows([5, 5, 5], sizes, { from: 75, to: 130, kept: 2 })).toEqual([
      { group: 1, top: 70, height: 70, from: 0, to: 4 },
      { group: 2, top: 140, height: 70, from: 0, to: 0 },
    ]);
  });

  test('agrees with totalHeight and rowTop', () => {
    expect(totalHeight([3, 100], sizes)).toBe(rowTop([3, 100], sizes, 1, 100));
  });
});

describe('VisibleRows', () => {
  const group = (key: string, ...ids: string[]): ChatGroup => ({
    key,
    label: key,
    chats: ids.map((id) => aChat({ id })),
  });
  const ids = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `chat${from + index}`);

  function createRows(first: ChatGroup[], keptId?: string) {
    const groups = new ReactiveValue(first);
    const visible = new VisibleRows({
      groups: () => groups.value,
      sizes: () => sizes,
      keptId: () => keptId,
    });
    visible.viewportHeight = 100;
    return { visible, change: (next: ChatGroup[]) => (groups.value = next) };
  }

  test('includes the focused row, however far away it is', () => {
    const { visible } = createRows([group('today', ...ids(0, 500))], 'chat400');
    const part = visible.windows[0]!;
    expect(visible.rowsOf(part).at(-1)).toBe(400);
    expect(visible.rowsOf(part).length).toBeLessThan(80);
  });

  test('keeps rows in place when chats are added above them', () => {
    const { visible, change } = createRows([group('today', ...ids(10, 500))]);
    visible.setScrollTop(1_000);
    const anchors = visible.anchors(1_000);
    change([group('pinned', 'chat0'), group('today', ...ids(5, 500))]);
    // One group with one row, and five more rows.
    expect(visible.scrollTopFor(anchors, 1_000)).toBe(1_000 + 30 + 50);
  });

  test('keeps rows in place when the first visible one moves to the top', () => {
    const { visible, change } = createRows([group('today', ...ids(0, 500))]);
    visible.setScrollTop(1_000);
    const first = visible.anchors(1_000).find(({ offset }) => offset >= 0)!;
    const moved = aChat({ id: first.id, updatedAt: '2025-03-02T10:00:00.000Z' });
    const others = group('today', ...ids(0, 500).filter((id) => id !== first.id)).chats;
    const anchors = visible.anchors(1_000);
    change([{ key: 'today', label: 'today', chats: [moved, ...others] }]);
    expect(visible.scrollTopFor(anchors, 1_000)).toBe(1_000);
  });

  test('shows new rows at the very top', () => {
    const { visible, change } = createRows([group('today', ...ids(1, 500))]);
    const anchors = visible.anchors(0);
    change([group('today', ...ids(0, 500))]);
    expect(visible.scrollTopFor(anchors, 0)).toBe(0);
  });
});
