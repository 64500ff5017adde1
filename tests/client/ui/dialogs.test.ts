import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { confirm, confirmations } from '../../../client/src/ui/confirm.svelte.ts';
import ConfirmHost from '../../../client/src/ui/ConfirmHost.svelte';
import { toast } from '../../../client/src/ui/toast.svelte.ts';
import DialogStage from './DialogStage.svelte';

const person = userEvent.setup();
afterEach(() => {
  confirmations.reset();
  toast.reset();
});

const opener = (): HTMLElement => screen.getByRole('button', { name: 'Share' });
async function opened(props: { undo?: () => void; onclose?: () => void } = {}): Promise<HTMLElement> {
  render(DialogStage, props);
  await person.click(opener());
  return await screen.findByRole('dialog', { name: 'Share Chat' });
}

describe('a dialog', () => {
  test('is closed by Escape, gives the focus back, and says that it closed', async () => {
    const onclose = jest.fn();
    await opened({ onclose });
    await person.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(onclose).toHaveBeenCalledTimes(1);
    await waitFor(() => expect(document.activeElement).toBe(opener()));
  });

  test('is described, and gives the focus to the field that wants it', async () => {
    const dialog = await opened();
    const described = document.getElementById(dialog.getAttribute('aria-describedby') ?? '');
    expect(described?.textContent).toBe('Only for people here.');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Title')));
  });

  test('is closed by its button, the last one the keyboard comes to', async () => {
    const dialog = await opened();
    const buttons = [...dialog.querySelectorAll(':scope > button, :scope > * button')];
    expect(buttons.at(-1)?.getAttribute('aria-label')).toBe('Close');
    await person.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('lets a message be answered without closing', async () => {
    const undo = jest.fn();
    const dialog = await opened({ undo });
    await person.click(screen.getByRole('button', { name: 'Delete link' }));
    const button = await screen.findByRole('button', { name: 'Undo' });
    expect(dialog.contains(button)).toBe(true);
    await person.click(button);
    expect(undo).toHaveBeenCalledTimes(1);
    expect(screen.queryByRole('dialog')).not.toBeNull();
  });

  test('leaves the messages behind when it closes', async () => {
    await opened();
    await person.click(screen.getByRole('button', { name: 'Delete link' }));
    await person.click((await screen.findAllByRole('button', { name: 'Close' })).at(0)!);
    toast.show({ message: 'Still here' });
    await person.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByText('Still here').isConnected).toBe(true);
  });
});

describe('a question', () => {
  const ask = () =>
    confirm({ title: 'Unshare 12 links?', body: 'The chats stay.', action: 'Unshare', danger: true });

  test('that is not answered means no', async () => {
    render(ConfirmHost);
    const answer = ask();
    await screen.findByRole('alertdialog', { name: 'Unshare 12 links?' });
    await person.keyboard('{Escape}');
    expect(await answer).toBe(false);
  });

  test('of something dangerous offers the way back first', async () => {
    render(ConfirmHost);
    const answer = ask();
    const cancel = await screen.findByRole('button', { name: 'Cancel' });
    await waitFor(() => expect(document.activeElement).toBe(cancel));
    await person.keyboard('{Enter}');
    expect(await answer).toBe(false);
  });

  test('is answered with its own verb', async () => {
    render(ConfirmHost);
    const answer = ask();
    await person.click(await screen.findByRole('button', { name: 'Unshare' }));
    expect(await answer).toBe(true);
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  });

  test('waits for the one before it', async () => {
    render(ConfirmHost);
    const first = ask();
    const second = confirm({ title: 'Sign out?', action: 'Sign out' });
    await person.click(await screen.findByRole('button', { name: 'Unshare' }));
    expect(await first).toBe(true);
    await person.click(await screen.findByRole('button', { name: 'Sign out' }));
    expect(await second).toBe(true);
  });
});
