import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fireEvent, render, screen } from '@testing-library/svelte';
import { ApiError } from '../../../client/src/api/apiError.ts';
import { toast } from '../../../client/src/ui/toast.svelte.ts';
import Toaster from '../../../client/src/ui/Toaster.svelte';

const region = (): HTMLElement => screen.getByRole('region', { name: 'Notifications', hidden: true });
const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);
const shown = (text: string): boolean => screen.queryByText(text) !== null;

beforeEach(() => {
  jest.useFakeTimers();
  render(Toaster);
});
afterEach(() => {
  toast.reset();
  jest.useRealTimers();
});

describe('a message', () => {
  test('is announced politely, in a place that is there before it', async () => {
    const place = region();
    expect(place.getAttribute('aria-live')).toBe('polite');
    toast.show({ message: 'Copied' });
    await pass(0);
    expect(region()).toBe(place);
    expect(place.textContent).toContain('Copied');
  });

  test('goes by itself after the time to read it', async () => {
    toast.show({ message: 'Copied' });
    await pass(4_900);
    expect(shown('Copied')).toBe(true);
    await pass(200);
    expect(shown('Copied')).toBe(false);
  });

  test('that can be undone stays for ten seconds', async () => {
    toast.show({ message: 'Link revoked', undo: () => undefined });
    await pass(9_900);
    expect(shown('Link revoked')).toBe(true);
    await pass(200);
    expect(shown('Link revoked')).toBe(false);
  });

  test.each([
    ['pointed at', fireEvent.pointerEnter, fireEvent.pointerLeave],
    ['focused', fireEvent.focusIn, fireEvent.focusOut],
  ])('stays while it is %s, and goes on from there', async (_, come, leave) => {
    toast.show({ message: 'Link revoked', undo: () => undefined });
    await pass(6_000);
    await come(region());
    await pass(60_000);
    expect(shown('Link revoked')).toBe(true);
    await leave(region());
    await pass(3_900);
    expect(shown('Link revoked')).toBe(true);
    await pass(200);
    expect(shown('Link revoked')).toBe(false);
  });

  test('that came while another was pointed at stays with it', async () => {
    toast.show({ message: 'First' });
    await pass(0);
    await fireEvent.pointerEnter(region());
    toast.show({ message: 'Second' });
    await pass(60_000);
    expect([shown('First'), shown('Second')]).toEqual([true, true]);
    await fireEvent.pointerLeave(region());
    await pass(5_100);
    expect([shown('First'), shown('Second')]).toEqual([false, false]);
  });

  test('can be sent away, and taken back by who showed it', async () => {
    const takeBack = toast.show({ message: 'Saving' });
    toast.show({ message: 'Saved' });
    takeBack();
    await pass(0);
    expect([shown('Saving'), shown('Saved')]).toEqual([false, true]);
    await fireEvent.click(screen.getByRole('button', { name: 'Close', hidden: true }));
    expect(shown('Saved')).toBe(false);
  });
});

describe('what a message offers', () => {
  const undoButton = (): HTMLElement => screen.getByRole('button', { name: 'Undo', hidden: true });

  test('is done once, and the message goes', async () => {
    const undo = jest.fn();
    toast.show({ message: 'Link revoked', undo });
    await pass(0);
    const button = undoButton();
    button.click();
    button.click();
    await pass(0);
    expect(undo).toHaveBeenCalledTimes(1);
    expect(shown('Link revoked')).toBe(false);
  });

  test('says so when it did not work, in the words of the server', async () => {
    const undo = () => Promise.reject(new ApiError(409, 'too_late', 'It is too late to restore this link.'));
    toast.show({ message: 'Link revoked', undo });
    await pass(0);
    await fireEvent.click(undoButton());
    await pass(0);
    expect(shown('It is too late to restore this link.')).toBe(true);
  });

  test('tells nothing of the inside when something else broke', async () => {
    toast.show({ message: 'Link revoked', undo: () => Promise.reject(new TypeError('x is undefined')) });
    await pass(0);
    await fireEvent.click(undoButton());
    await pass(0);
    expect(shown('x is undefined')).toBe(false);
    expect(shown('That did not work. Try again in a moment.')).toBe(true);
  });
});
