import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { fireEvent, render, screen } from '@testing-library/svelte';
import SearchField from '../../../client/src/ui/SearchField.svelte';
import Switch from '../../../client/src/ui/Switch.svelte';
import TextField from '../../../client/src/ui/TextField.svelte';

const describedBy = (control: HTMLElement): string =>
  (control.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent)
    .join(' ');

describe('a field', () => {
  test('with an error is invalid, and is described by hint and error', () => {
    render(TextField, { label: 'E-mail', hint: 'Only people here see it.', error: 'This is no address.' });
    const field = screen.getByLabelText('E-mail');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(describedBy(field)).toBe('Only people here see it. This is no address.');
  });

  test('without an error is neither invalid nor described', () => {
    render(TextField, { label: 'E-mail', type: 'email', autocomplete: 'username', required: true });
    const field = screen.getByLabelText<HTMLInputElement>('E-mail');
    expect([field.hasAttribute('aria-invalid'), field.hasAttribute('aria-describedby')]).toEqual([
      false,
      false,
    ]);
    expect([field.type, field.autocomplete, field.required]).toEqual(['email', 'username', true]);
  });

  test('announces an error that appears, in a place that was there before', async () => {
    const { rerender, container } = render(TextField, { label: 'E-mail' });
    const place = container.querySelector('[aria-live="polite"]')!;
    await rerender({ label: 'E-mail', error: 'This is no address.' });
    expect(place.textContent).toBe('This is no address.');
  });

  test('whose label is hidden is still called by it', () => {
    render(TextField, { label: 'Title', labelHidden: true });
    expect(screen.getByRole('textbox', { name: 'Title' })).toBeTruthy();
  });
});

describe('a search box', () => {
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

  test('searches at once on Enter, and not again after it', async () => {
    const { onsearch } = searching();
    await fireEvent.input(box(), { target: { value: 'egg' } });
    await fireEvent.keyDown(box(), { key: 'Enter' });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(onsearch.mock.calls).toEqual([['egg']]);
  });

  test('does not search any more once it is gone', async () => {
    const { onsearch, unmount } = searching();
    await fireEvent.input(box(), { target: { value: 'egg' } });
    unmount();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(onsearch).not.toHaveBeenCalled();
  });

  test('is emptied by the first Escape, which closes nothing, and let through by the second', async () => {
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

describe('a switch', () => {
  test('that may not be turned stays as it is, and says why', () => {
    render(Switch, { label: 'Sign-up', checked: true, disabledReason: 'Set by the environment.' });
    const control = screen.getByRole<HTMLInputElement>('switch', { name: 'Sign-up' });
    control.click();
    expect([control.checked, control.disabled, describedBy(control)]).toEqual([
      true,
      true,
      'Set by the environment.',
    ]);
  });

  test('tells its new state', async () => {
    const onchange = jest.fn();
    render(Switch, { label: 'Sign-up', onchange });
    await fireEvent.click(screen.getByRole('switch', { name: 'Sign-up' }));
    expect(onchange.mock.calls).toEqual([[true]]);
  });
});
