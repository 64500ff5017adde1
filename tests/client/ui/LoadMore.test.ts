import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import LoadMore from '../../../client/src/ui/LoadMore.svelte';

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
const inSight = (isIntersecting = true): void => observers.forEach((tell) => tell([{ isIntersecting }]));

test('nothing is loaded while the end is out of sight', () => {
  const loadMore = jest.fn(async () => undefined);
  render(LoadMore, { hasMore: true, loadMore });
  inSight(false);
  expect(loadMore).not.toHaveBeenCalled();
});

test('one page is loaded at a time, and the next when the end is still in sight', async () => {
  let arrive: () => void = () => undefined;
  const loadMore = jest.fn(() => new Promise<void>((resolve) => (arrive = resolve)));
  render(LoadMore, { hasMore: true, loadMore });
  inSight();
  inSight();
  expect(loadMore).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(observers).toHaveLength(0));
  arrive();
  await waitFor(() => expect(observers).toHaveLength(1));
  inSight();
  expect(loadMore).toHaveBeenCalledTimes(2);
});

test('what could not be loaded is offered again, and not asked for over and over', async () => {
  const loadMore = jest
    .fn<() => Promise<void>>()
    .mockRejectedValueOnce(new Error('offline'))
    .mockResolvedValue(undefined);
  render(LoadMore, { hasMore: true, loadMore });
  inSight();
  await screen.findByRole('alert');
  expect(observers).toHaveLength(0);
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(loadMore).toHaveBeenCalledTimes(2);
});

test('the keyboard can load more, until there is no more', async () => {
  const loadMore = jest.fn(async () => undefined);
  const { rerender } = render(LoadMore, { hasMore: true, loadMore });
  await fireEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(loadMore).toHaveBeenCalledTimes(1);
  await rerender({ hasMore: false, loadMore });
  expect(screen.queryByRole('button')).toBeNull();
});
