import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import LoadMore from '../../../../client/src/ui/display/LoadMore.svelte';

type Callback = (entries: { isIntersecting: boolean }[]) => void;
let observers: Callback[];
const original = globalThis.IntersectionObserver;

beforeEach(() => {
  observers = [];
  globalThis.IntersectionObserver = class {
    readonly #callback: Callback;
    constructor(callback: Callback) {
      this.#callback = callback;
    }
    observe(): void {
      observers.push(this.#callback);
    }
    disconnect(): void {
      observers = observers.filter((callback) => callback !== this.#callback);
    }
  } as unknown as typeof IntersectionObserver;
});
afterEach(() => {
  globalThis.IntersectionObserver = original;
});
const notifyEnd = (isIntersecting = true): void =>
  observers.forEach((notify) => notify([{ isIntersecting }]));

test('loads nothing while the end is out of view', () => {
  const loadMore = jest.fn(async () => undefined);
  render(LoadMore, { hasMore: true, loadMore });
  notifyEnd(false);
  expect(loadMore).not.toHaveBeenCalled();
});

test('loads one page at a time, and the next when the end is still in view', async () => {
  let finish: () => void = () => undefined;
  const loadMore = jest.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  render(LoadMore, { hasMore: true, loadMore });
  notifyEnd();
  notifyEnd();
  expect(loadMore).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(observers).toHaveLength(0));
  finish();
  await waitFor(() => expect(observers).toHaveLength(1));
  notifyEnd();
  expect(loadMore).toHaveBeenCalledTimes(2);
});

test('shows a button to try again after an error, and does not retry automatically', async () => {
  const loadMore = jest
    .fn<() => Promise<void>>()
    .mockRejectedValueOnce(new Error('offline'))
    .mockResolvedValue(undefined);
  render(LoadMore, { hasMore: true, loadMore });
  notifyEnd();
  await screen.findByRole('alert');
  expect(observers).toHaveLength(0);
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(loadMore).toHaveBeenCalledTimes(2);
});

test('has a button to load more until everything is loaded', async () => {
  const loadMore = jest.fn(async () => undefined);
  const { rerender } = render(LoadMore, { hasMore: true, loadMore });
  await fireEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(loadMore).toHaveBeenCalledTimes(1);
  await rerender({ hasMore: false, loadMore });
  expect(screen.queryByRole('button')).toBeNull();
});
