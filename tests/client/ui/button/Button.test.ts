import { afterEach, describe, expect, jest, test } from '@jest/globals';
import Pin from '@lucide/svelte/icons/pin';
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import Button from '../../../../client/src/ui/button/Button.svelte';
import { busyDelayMs } from '../../../../client/src/ui/delayed.svelte.ts';
import IconButton from '../../../../client/src/ui/button/IconButton.svelte';
import TooltipLayer from '../../../../client/src/ui/overlay/TooltipLayer.svelte';
import { text } from '../text.ts';

const children = text('Copy Link');
const button = (): HTMLElement => screen.getByRole('button');
afterEach(() => void jest.useRealTimers());

describe('Button', () => {
  test('does nothing when disabled, stays focusable, and describes the reason', async () => {
    const onclick = jest.fn();
    render(Button, { children, onclick, disabledReason: 'An answer is still being written.' });
    await fireEvent.click(button());
    expect(onclick).not.toHaveBeenCalled();
    button().focus();
    expect(document.activeElement).toBe(button());
    expect(button().getAttribute('aria-disabled')).toBe('true');
    expect(button().getAttribute('aria-description')).toBe('An answer is still being written.');
  });

  test('ignores clicks until its action has finished', async () => {
    let finish: () => void = () => undefined;
    const onclick = jest.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    render(Button, { children, onclick });
    await fireEvent.click(button());
    await fireEvent.click(button());
    expect(onclick).toHaveBeenCalledTimes(1);
    expect(button().getAttribute('aria-busy')).toBe('true');
    finish();
    await waitFor(() => expect(button().hasAttribute('aria-busy')).toBe(false));
    await fireEvent.click(button());
    expect(onclick).toHaveBeenCalledTimes(2);
  });

  test('does not submit its form while busy', async () => {
    const onsubmit = jest.fn((event: Event) => event.preventDefault());
    const form = document.body.appendChild(document.createElement('form'));
    form.addEventListener('submit', onsubmit);
    const { rerender } = render(Button, { target: form, props: { children, type: 'submit', busy: true } });
    button().click();
    expect(onsubmit).not.toHaveBeenCalled();
    await rerender({ children, type: 'submit', busy: false });
    button().click();
    expect(onsubmit).toHaveBeenCalledTimes(1);
    form.remove();
  });

  test('shows a spinner only after a delay, and keeps its name', async () => {
    jest.useFakeTimers();
    render(Button, { children, busy: true });
    const spinner = (): Element | null => button().querySelector('.animate-spin');
    await jest.advanceTimersByTimeAsync(busyDelayMs - 1);
    expect(spinner()).toBeNull();
    await jest.advanceTimersByTimeAsync(1);
    expect(spinner()).not.toBeNull();
    expect(button().textContent).toContain('Copy Link');
  });

  test('is a link when it has an href', () => {
    render(Button, { props: { children, href: '/s/1', target: '_blank' } });
    const link = screen.getByRole('link', { name: 'Copy Link' });
    expect([link.getAttribute('href'), link.getAttribute('rel')]).toEqual(['/s/1', 'noopener']);
    expect(link.hasAttribute('type')).toBe(false);
  });
});

describe('IconButton', () => {
  test('has a name and a keyboard shortcut', () => {
    render(IconButton, { icon: Pin, label: 'Pin', shortcut: 'Ctrl+P', pressed: true });
    const pin = screen.getByRole('button', { name: 'Pin', pressed: true });
    expect(pin.getAttribute('aria-keyshortcuts')).toBe('Control+P');
  });

  test('shows its tooltip while the pointer rests on it', async () => {
    jest.useFakeTimers();
    render(TooltipLayer);
    render(IconButton, { icon: Pin, label: 'Pin', shortcut: 'Ctrl+P' });
    await fireEvent.pointerEnter(button());
    expect(screen.queryByText('Pin (Ctrl+P)')).toBeNull();
    await jest.advanceTimersByTimeAsync(1000);
    expect(screen.getByText('Pin (Ctrl+P)')).toBeTruthy();
    await fireEvent.keyDown(window, { key: 'Escape' });
    expect(screen.queryByText('Pin (Ctrl+P)')).toBeNull();
    await fireEvent.pointerEnter(button());
    await fireEvent.pointerLeave(button());
    await jest.advanceTimersByTimeAsync(1000);
    expect(screen.queryByText('Pin (Ctrl+P)')).toBeNull();
  });
});
