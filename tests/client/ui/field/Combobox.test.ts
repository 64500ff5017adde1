import { expect, jest, test } from '@jest/globals';
import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import ComboboxFrame from './ComboboxFrame.svelte';

const names = ['ada', 'bob', 'boris', 'carol'];
const user = userEvent.setup();

function renderCombobox(props: { selected?: string; alwaysOpen?: boolean; onescape?: () => void } = {}) {
  const onselect = jest.fn<(name: string) => void>();
  const { rerender } = render(ComboboxFrame, { names, onselect, ...props });
  return { onselect, rerender };
}
const field = (): HTMLInputElement => screen.getByRole('combobox', { name: 'Find people' });
const options = () => screen.queryAllByRole('option').map(({ textContent }) => textContent.trim());
const active = () =>
  document.getElementById(field().getAttribute('aria-activedescendant') ?? '')?.textContent.trim();

test('a combobox shows that nothing matches, and Enter selects nothing', async () => {
  const { onselect } = renderCombobox();
  await user.type(field(), 'zzz{Enter}');
  expect(screen.getByRole('status').textContent).toBe('No one found.');
  expect(onselect).not.toHaveBeenCalled();
});

test('the list of a closed combobox is not on the page', () => {
  renderCombobox();
  expect([screen.queryByRole('listbox'), field().getAttribute('aria-expanded')]).toEqual([null, 'false']);
});

test('the first match is active and Enter selects it', async () => {
  const { onselect } = renderCombobox();
  await user.type(field(), 'bo');
  await waitFor(() => expect(active()).toBe('bob'));
  expect(options()).toEqual(['bob', 'boris']);
  await user.keyboard('{Enter}');
  expect(onselect.mock.calls).toEqual([['bob']]);
});

test('arrow keys move the active option', async () => {
  const { onselect } = renderCombobox({ alwaysOpen: true });
  field().focus();
  await waitFor(() => expect(active()).toBe('ada'));
  await user.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}{Enter}');
  expect(onselect.mock.calls).toEqual([['bob']]);
});

test('the first of the new options is active when the active one no longer matches', async () => {
  const { rerender } = renderCombobox({ alwaysOpen: true });
  field().focus();
  await waitFor(() => expect(active()).toBe('ada'));
  await rerender({ names: ['boris', 'carol'] });
  await waitFor(() => expect(active()).toBe('boris'));
});

test('selecting clears the field and keeps the focus, so that another option can follow', async () => {
  const { onselect } = renderCombobox();
  for (const name of ['bob', 'carol']) {
    await user.type(field(), name);
    await waitFor(() => expect(active()).toBe(name));
    await user.keyboard('{Enter}');
    expect([field().value, document.activeElement]).toEqual(['', field()]);
  }
  expect(onselect.mock.calls).toEqual([['bob'], ['carol']]);
});

test('an option is selected by a click, and the field keeps the focus', async () => {
  const { onselect } = renderCombobox();
  await user.type(field(), 'bo');
  await user.click(screen.getByRole('option', { name: 'boris' }));
  expect(onselect.mock.calls).toEqual([['boris']]);
  expect([field().value, document.activeElement]).toEqual(['', field()]);
});

test('the selected option is active at first and can be selected again', async () => {
  const { onselect } = renderCombobox({ alwaysOpen: true, selected: 'carol' });
  field().focus();
  await waitFor(() => expect(active()).toBe('carol'));
  expect(screen.getByRole('option', { name: 'carol' }).getAttribute('aria-selected')).toBe('true');
  await user.keyboard('{Enter}');
  expect(onselect.mock.calls).toEqual([['carol']]);
});

test('Escape is reported while the list is shown, and keeps the text', async () => {
  const onescape = jest.fn();
  renderCombobox({ onescape });
  await user.type(field(), 'bo{Escape}');
  expect([onescape.mock.calls.length, field().value]).toEqual([1, 'bo']);
});
