import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { fireEvent, render, screen } from '@testing-library/svelte';
import SearchField from '../../../../client/src/ui/field/SearchField.svelte';
import Switch from '../../../../client/src/ui/field/Switch.svelte';
import TextField from '../../../../client/src/ui/field/TextField.svelte';

const describedBy = (control: HTMLElement): string =>
  (control.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent)
    .join(' ');

describe('Field', () => {
  test('is invalid and described by hint and error when it has an error', () => {
    render(TextField, {
      label: 'Email',
      hint: 'Only people here see it.',
      error: 'Enter a valid email address.',
    });
    const field = screen.getByLabelText('Email');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(describedBy(field)).toBe('Only people here see it. Enter a valid email address.');
  });

  test('is neither invalid nor described without hint and error', () => {
    render(TextField, { label: 'Email', type: 'email', autocomplete: 'username', required: true });
    const field = screen.getByLabelText<HTMLInputElement>('Email');
    expect([field.hasAttribute('aria-invalid'), field.hasAttribute('aria-describedby')]).toEqual([
      false,
      false,
    ]);
    expect([field.type, field.autocomplete, field.required]).toEqual(['email', 'username', true]);
  });

  test('announces a new error in a region that existed before', async () => {
    const { rerender, container } = render(TextField, { label: 'Email' });
    const region = container.querySelector('[aria-live="polite"]')!;
    await rerender({ label: 'Email', error: 'Enter a valid email address.' });
    expect(region.textContent).toBe('Enter a valid email address.');
  });

  test('keeps its accessible name when the label is hidden', () => {
    render(TextField, { label: 'Title', labelHidden: true });
    expect(screen.getByRole('textbox', { name: 'Title' })).toBeTruthy();
  });
});

describe('SearchField', () => {
  afterEach(() => void jest.useRealTimers());
  const box = (): HTMLInputElement => screen.getByRole('textbox', { name: 'Search chats' });

  function searching() {
    jest.useFakeTimers();
    const onsearch = jest.fn();
    const view = render(SearchField, { label: 'Search chats', onsearch, debounceMs: 500 });
    return { onsearch, ...view };
  }

  test('searches once, when typing pauses', async () => {
    const { onsearch } = searching();
    await fireEvent.input(box(), { target: { value: 'e' } });
    await jest.advanceTimersByTimeAsync(499);
    await fireEvent.input(box(), { target: { value: 'eg' } });
    await jest.advanceTimersByTimeAsync(499);
    expect(onsearch).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(onsearch.mock.calls).toEqual([['eg']]);
  });

  test('searches immediately on Enter, and not again afterwards', async () => {
    const { onsearch } = searching();
    await fireEvent.input(box(), { target: { value: 'egg' } });
    await fireEvent.keyDown(box(), { key: 'Enter' });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(onsearch.mock.calls).toEqual([['egg']]);
  });

  test('does not search after it was removed', async () => {
    const { onsearch, unmount } = searching();
    await fireEvent.input(box(), { target: { value: 'egg' } });
    unmount();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(onsearch).not.toHaveBeenCalled();
  });

  test('is cleared by the first Escape, and passes the second one on', async () => {
    const { onsearch } = searching();
    const outside = jest.fn();
    document.addEventListener('keydown', outside);
    await fireEvent.input(box(), { target: { value: 'egg' } });
    await fireEvent.keyDown(box(), { key: 'Escape' });
    await jest.advanceTimersByTimeAsync(0);
    expect([box().value, onsearch.mock.calls, outside.mock.calls.length]).toEqual(['', [['']], 0]);
    await fireEvent.keyDown(box(), { key: 'Escape' });
    expect(outside).toHaveBeenCalledTimes(1);
    document.removeEventListener('keydown', outside);
  });
});

describe('Switch', () => {
  test('cannot be toggled when disabled, and describes the reason', () => {
    render(Switch, { label: 'Sign-up', checked: true, disabledReason: 'Set by an environment variable.' });
    const control = screen.getByRole<HTMLInputElement>('switch', { name: 'Sign-up' });
    control.click();
    expect([control.checked, control.disabled, describedBy(control)]).toEqual([
      true,
      true,
      'Set by an environment variable.',
    ]);
  });

  test('calls onchange with its new state', async () => {
    const onchange = jest.fn();
    render(Switch, { label: 'Sign-up', onchange });
    await fireEvent.click(screen.getByRole('switch', { name: 'Sign-up' }));
    expect(onchange.mock.calls).toEqual([[true]]);
  });
});
