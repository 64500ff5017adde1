import { describe, expect, test } from '@jest/globals';
import type { ChatGroup } from '../../../../../client/src/features/chats/list/chatGroups.ts';
import {
  groupWindows,
  rowTop,
  totalHeight,
} from '../../../../../client/src/features/chats/sidebar/rowWindow.ts';
import { VisibleRows } from '../../../../../client/src/features/chats/sidebar/visibleRows.svelte.ts';
import { Held } from '../../../support/reactiveValue.svelte.ts';
import { aChat } from '../../../support/factories.ts';

const sizes = { heading: 20, row: 10 };

describe('the rows of a list that is too long to be drawn', () => {
  test('are those between two heights, per group', () => {
    // The first group lies from 0 to 50, the second from 50 to 1,070.
    expect(groupWindows([3, 100], sizes, { from: 35, to: 95 })).toEqual([
      { group: 0, top: 0, height: 50, from: 1, to: 3 },
      { group: 1, top: 50, height: 1_020, from: 0, to: 3 },
    ]);
  });

  test('are few, however many there are', () => {
    const [window] = groupWindows([10_000], sizes, { from: 50_000, to: 50_400 });
    expect(window).toEqual({ group: 0, top: 0, height: 100_020, from: 4_998, to: 5_038 });
  });

  test('leave groups out of sight alone, but for the one that is kept', () => {
    expect(groupWindows([5, 5, 5], sizes, { from: 75, to: 130, kept: 2 })).toEqual([
      { group: 1, top: 70, height: 70, from: 0, to: 4 },
      { group: 2, top: 140, height: 70, from: 0, to: 0 },
    ]);
  });

  test('fill the height they are said to have', () => {
    expect(totalHeight([3, 100], sizes)).toBe(rowTop([3, 100], sizes, 1, 100));
  });
});

describe('visible rows', () => {
  const group = (key: string, ...ids: string[]): ChatGroup => ({
    key,
    label: key,
    chats: ids.map((id) => aChat({ id })),
  });
  const ids = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, at) => `chat${from + at}`);

  function rowsOf(first: ChatGroup[], keptId?: string) {
    const groups = new Held(first);
    const visible = new VisibleRows({
      groups: () => groups.value,
      sizes: () => sizes,
      keptId: () => keptId,
    });
    visible.viewport = 100;
    return { visible, become: (next: ChatGroup[]) => (groups.value = next) };
  }

  test('include the one the keyboard is at, however far away it is', () => {
    const { visible } = rowsOf([group('today', ...ids(0, 500))], 'chat400');
    const part = visible.windows[0]!;
    expect(visible.rowsOf(part).at(-1)).toBe(400);
    expect(visible.rowsOf(part).length).toBeLessThan(80);
  });

  test('stay in place when chats come in above them', () => {
    const { visible, become } = rowsOf([group('today', ...ids(10, 500))]);
    visible.scrolled(1_000);
    const anchors = visible.anchors(1_000);
    become([group('pinned', 'chat0'), group('today', ...ids(5, 500))]);
    // One group of one row, and five rows more.
    expect(visible.scrollTopFor(anchors, 1_000)).toBe(1_000 + 30 + 50);
  });

  test('stay in place when the first of them moves to the top itself', () => {
    const { visible, become } = rowsOf([group('today', ...ids(0, 500))]);
    visible.scrolled(1_000);
    const first = visible.anchors(1_000).find(({ offset }) => offset >= 0)!;
    const moved = aChat({ id: first.id, updatedAt: '2025-03-02T10:00:00.000Z' });
    const others = group('today', ...ids(0, 500).filter((id) => id !== first.id)).chats;
    const anchors = visible.anchors(1_000);
    become([{ key: 'today', label: 'today', chats: [moved, ...others] }]);
    expect(visible.scrollTopFor(anchors, 1_000)).toBe(1_000);
  });

  test('give way to what is new at the very top', () => {
    const { visible, become } = rowsOf([group('today', ...ids(1, 500))]);
    const anchors = visible.anchors(0);
    become([group('today', ...ids(0, 500))]);
    expect(visible.scrollTopFor(anchors, 0)).toBe(0);
  });
});
