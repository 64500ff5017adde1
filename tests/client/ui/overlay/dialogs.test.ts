import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { confirm, confirmations } from '../../../../client/src/ui/overlay/confirm.svelte.ts';
import ConfirmHost from '../../../../client/src/ui/overlay/ConfirmHost.svelte';
import { toast } from '../../../../client/src/ui/overlay/toast.svelte.ts';
import DialogExample from './DialogExample.svelte';

const person = userEvent.setup();
afterEach(() => {
  confirmations.reset();
  toast.reset();
});

const opener = (): HTMLElement => screen.getByRole('button', { name: 'Share' });
async function opened(props: { undo?: () => void; onclose?: () => void } = {}): Promise<HTMLElement> {
  render(DialogExample, props);
  await person.click(opener());
  return await screen.findByRole('dialog', { name: 'Share Chat' });
}

describe('Dialog', () => {
  test('closes on Escape, returns the focus, and calls onclose', async () => {
    const onclose = jest.fn();
    await opened({ onclose });
    await person.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(onclose).toHaveBeenCalledTimes(1);
    await waitFor(() => expect(document.activeElement).toBe(opener()));
  });

  test('has a description, and focuses the field with data-autofocus', async () => {
    const dialog = await opened();
    const described = document.getElementById(dialog.getAttribute('aria-describedby') ?? '');
    expect(described?.textContent).toBe('Only for people here.');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Title')));
  });

  test('closes by its Close button, which is last in the tab order', async () => {
    const dialog = await opened();
    const buttons = [...dialog.querySelectorAll(':scope > button, :scope > * button')];
    expect(buttons.at(-1)?.getAttribute('aria-label')).toBe('Close');
    await person.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('stays open when the action of a toast is clicked', async () => {
    const undo = jest.fn();
    const dialog = await opened({ undo });
    await person.click(screen.getByRole('button', { name: 'Delete link' }));
    const button = await screen.findByRole('button', { name: 'Undo' });
    expect(dialog.contains(button)).toBe(true);
    await person.click(button);
    expect(undo).toHaveBeenCalledTimes(1);
    expect(screen.queryByRole('dialog')).not.toBeNull();
  });

  test('leaves the toasts on the page when it closes', async () => {
    await opened();
    await person.click(screen.getByRole('button', { name: 'Delete link' }));
    await person.click((await screen.findAllByRole('button', { name: 'Close' })).at(0)!);
    toast.show({ message: 'Still here' });
    await person.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByText('Still here').isConnected).toBe(true);
  });
});

describe('confirm', () => {
  const ask = () =>
    confirm({ title: 'Unshare 12 links?', body: 'The chats stay.', action: 'Unshare', danger: true });

  test('resolves with false when the dialog is closed', async () => {
    render(ConfirmHost);
    const confirmed = ask();
    await screen.findByRole('alertdialog', { name: 'Unshare 12 links?' });
    await person.keyboard('{Escape}');
    expect(await confirmed).toBe(false);
  });

  test('focuses Cancel for a dangerous action', async () => {
    render(ConfirmHost);
    const confirmed = ask();
    const cancel = await screen.findByRole('button', { name: 'Cancel' });
    await waitFor(() => expect(document.activeElement).toBe(cancel));
    await person.keyboard('{Enter}');
    expect(await confirmed).toBe(false);
  });

  test('resolves with true when the action is confirmed', async () => {
    render(ConfirmHost);
    const confirmed = ask();
    await person.click(await screen.findByRole('button', { name: 'Unshare' }));
    expect(await confirmed).toBe(true);
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  });

  test('waits until the previous confirmation is closed', async () => {
    render(ConfirmHost);
    const first = ask();
    const second = confirm({ title: 'Sign out?', action: 'Sign out' });
    await person.click(await screen.findByRole('button', { name: 'Unshare' }));
    expect(await first).toBe(true);
    await person.click(await screen.findByRole('button', { name: 'Sign out' }));
    expect(await second).toBe(true);
  });
});
