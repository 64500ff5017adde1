import { describe, expect, jest, test } from '@jest/globals';
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import Menu from '../../../../client/src/ui/overlay/Menu.svelte';
import type { MenuItem } from '../../../../client/src/ui/overlay/menu.ts';

const person = userEvent.setup();
/** jsdom has no layout, so the menu is never positioned and stays invisible. */
const hidden = true;

function menu(extra: MenuItem[] = []) {
  const rename = jest.fn();
  const archive = jest.fn();
  const items: MenuItem[] = [
    { label: 'Rename', onselect: rename },
    { label: 'Archive', onselect: archive, disabledReason: 'An answer is still being written.' },
    'separator',
    { label: 'Download', href: '/api/v1/chats/1/export', download: true },
    ...extra,
  ];
  render(Menu, { label: 'Actions', items });
  return { rename, archive };
}
const button = (): HTMLElement => screen.getByRole('button', { name: 'Actions' });
const opened = (): Promise<HTMLElement> => screen.findByRole('menu', { hidden });
const closed = (): Promise<void> => waitFor(() => expect(screen.queryByRole('menu', { hidden })).toBeNull());
const item = (name: string): HTMLElement =>
  screen.getAllByRole('menuitem', { hidden }).find(({ textContent }) => textContent.includes(name))!;

describe('Menu', () => {
  test('ignores a disabled entry and shows the reason', async () => {
    const { archive } = menu();
    await person.click(button());
    await opened();
    await person.click(item('Archive'));
    expect(archive).not.toHaveBeenCalled();
    expect(item('Archive').getAttribute('aria-disabled')).toBe('true');
    expect(item('Archive').textContent).toContain('still being written');
  });

  test('reports whether it is open', async () => {
    menu();
    expect([button().getAttribute('aria-haspopup'), button().getAttribute('aria-expanded')]).toEqual([
      'menu',
      'false',
    ]);
    await person.click(button());
    await opened();
    expect(button().getAttribute('aria-expanded')).toBe('true');
  });

  test('runs the selected action once, and closes', async () => {
    const { rename } = menu();
    await person.click(button());
    await opened();
    await person.click(item('Rename'));
    expect(rename).toHaveBeenCalledTimes(1);
    await closed();
  });

  test('returns the focus to its button before the action runs', async () => {
    let focused: Element | null = null;
    menu([{ label: 'Share', onselect: () => (focused = document.activeElement) }]);
    await person.click(button());
    await opened();
    await person.click(item('Share'));
    await waitFor(() => expect(focused).toBe(button()));
  });

  test('closes on a second press, and opens on a third', async () => {
    menu();
    await person.click(button());
    await opened();
    await person.click(button());
    await closed();
    await person.click(button());
    await opened();
  });

  test('works by keyboard, and returns the focus to its button', async () => {
    const { rename } = menu();
    await person.tab();
    expect(document.activeElement).toBe(button());
    await person.keyboard('{Enter}');
    await opened();
    await person.keyboard('{Home}{Enter}');
    expect(rename).toHaveBeenCalledTimes(1);
    await closed();
    await waitFor(() => expect(document.activeElement).toBe(button()));
    await person.keyboard('{Enter}');
    await opened();
    await person.keyboard('{Escape}');
    await closed();
    await waitFor(() => expect(document.activeElement).toBe(button()));
  });

  test('opens when it was loaded during the press', async () => {
    menu();
    await fireEvent.pointerDown(button());
    button().focus();
    await waitFor(() => expect(button().hasAttribute('data-dropdown-menu-trigger')).toBe(true));
    await fireEvent.click(button(), { detail: 1 });
    await opened();
  });

  test('keeps its button element when it is loaded', async () => {
    menu();
    const before = button();
    await person.click(before);
    await opened();
    expect(button()).toBe(before);
  });

  test('shows entries with an href as links', async () => {
    menu([{ label: 'Open', href: '/s/1', target: '_blank' }]);
    await person.click(button());
    await opened();
    expect([item('Download').tagName, item('Download').hasAttribute('download')]).toEqual(['A', true]);
    expect([item('Open').getAttribute('target'), item('Open').getAttribute('rel')]).toEqual([
      '_blank',
      'noopener',
    ]);
  });

  test('marks the selected option of a choice', async () => {
    menu([
      { label: 'Light', checked: false },
      { label: 'Dark', checked: true },
    ]);
    await person.click(button());
    await opened();
    const choices = screen.getAllByRole('menuitemcheckbox', { hidden });
    expect(choices.map((choice) => [choice.textContent.trim(), choice.getAttribute('aria-checked')])).toEqual(
      [
        ['Light', 'false'],
        ['Dark', 'true'],
      ],
    );
  });
});
