import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fireEvent, render, screen } from '@testing-library/svelte';
import { ApiError } from '../../../../client/src/api/apiError.ts';
import { toast } from '../../../../client/src/ui/overlay/toast.svelte.ts';
import Toaster from '../../../../client/src/ui/overlay/Toaster.svelte';

const region = (): HTMLElement => screen.getByRole('region', { name: 'Notifications', hidden: true });
const advance = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);
const shown = (text: string): boolean => screen.queryByText(text) !== null;

beforeEach(() => {
  jest.useFakeTimers();
  render(Toaster);
});
afterEach(() => {
  toast.reset();
  jest.useRealTimers();
});

describe('toasts', () => {
  test('a toast is announced politely, in a region that exists before it', async () => {
    const before = region();
    expect(before.getAttribute('aria-live')).toBe('polite');
    toast.show({ message: 'Copied' });
    await advance(0);
    expect(region()).toBe(before);
    expect(before.textContent).toContain('Copied');
  });

  test('a toast disappears after 5 seconds', async () => {
    toast.show({ message: 'Copied' });
    await advance(4_900);
    expect(shown('Copied')).toBe(true);
    await advance(200);
    expect(shown('Copied')).toBe(false);
  });

  test('a toast disappears after 10 seconds when it offers Undo', async () => {
    toast.show({ message: 'Link revoked', undo: () => undefined });
    await advance(9_900);
    expect(shown('Link revoked')).toBe(true);
    await advance(200);
    expect(shown('Link revoked')).toBe(false);
  });

  test.each([
    ['pointed at', fireEvent.pointerEnter, fireEvent.pointerLeave],
    ['focused', fireEvent.focusIn, fireEvent.focusOut],
  ])('a toast stays while it is %s, and then for the rest of its time', async (_, enter, leave) => {
    toast.show({ message: 'Link revoked', undo: () => undefined });
    await advance(6_000);
    await enter(region());
    await advance(60_000);
    expect(shown('Link revoked')).toBe(true);
    await leave(region());
    await advance(3_900);
    expect(shown('Link revoked')).toBe(true);
    await advance(200);
    expect(shown('Link revoked')).toBe(false);
  });

  test('a toast stays when it appears while the pointer is on another one', async () => {
    toast.show({ message: 'First' });
    await advance(0);
    await fireEvent.pointerEnter(region());
    toast.show({ message: 'Second' });
    await advance(60_000);
    expect([shown('First'), shown('Second')]).toEqual([true, true]);
    await fireEvent.pointerLeave(region());
    await advance(5_100);
    expect([shown('First'), shown('Second')]).toEqual([false, false]);
  });

  test('a toast can be closed, and dismissed by its creator', async () => {
    const dismiss = toast.show({ message: 'Saving' });
    toast.show({ message: 'Saved' });
    dismiss();
    await advance(0);
    expect([shown('Saving'), shown('Saved')]).toEqual([false, true]);
    await fireEvent.click(screen.getByRole('button', { name: 'Close', hidden: true }));
    expect(shown('Saved')).toBe(false);
  });
});

describe('actions of toasts', () => {
  const undoButton = (): HTMLElement => screen.getByRole('button', { name: 'Undo', hidden: true });

  test('the action of a toast runs once and dismisses the toast', async () => {
    const undo = jest.fn();
    toast.show({ message: 'Link revoked', undo });
    await advance(0);
    const button = undoButton();
    button.click();
    button.click();
    await advance(0);
    expect(undo).toHaveBeenCalledTimes(1);
    expect(shown('Link revoked')).toBe(false);
  });

  test('the action of a toast shows the message of the server when it fails', async () => {
    const undo = () => Promise.reject(new ApiError(409, 'too_late', 'It is too late to restore this link.'));
    toast.show({ message: 'Link revoked', undo });
    await advance(0);
    await fireEvent.click(undoButton());
    await advance(0);
    expect(shown('It is too late to restore this link.')).toBe(true);
  });

  test('the action of a toast shows a general message for any other error', async () => {
    toast.show({ message: 'Link revoked', undo: () => Promise.reject(new TypeError('x is undefined')) });
    await advance(0);
    await fireEvent.click(undoButton());
    await advance(0);
    expect(shown('x is undefined')).toBe(false);
    expect(shown('Something went wrong. Try again in a moment.')).toBe(true);
  });
});
