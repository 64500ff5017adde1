import { expect, test } from '@jest/globals';
import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import Reasoning from '../../../../client/src/ui/display/Reasoning.svelte';

const reasoning = 'First, **consider** it.';
const isOpen = (): boolean => screen.getByRole('button').getAttribute('aria-expanded') === 'true';

test('reasoning is open while it is written and collapses afterwards', async () => {
  const { rerender } = render(Reasoning, { text: reasoning, durationMs: null, streaming: true });
  expect(screen.getByRole('button', { name: 'Thinking…' })).toBeTruthy();
  expect(isOpen()).toBe(true);
  await rerender({ text: reasoning, durationMs: 4_200, streaming: false });
  expect(screen.getByRole('button', { name: 'Thought for 4 s' })).toBeTruthy();
  expect(isOpen()).toBe(false);
  expect(screen.queryByText('consider')).toBeNull();
});

test('reasoning that the user collapsed stays collapsed', async () => {
  const user = userEvent.setup();
  const { rerender } = render(Reasoning, { text: reasoning, durationMs: null, streaming: true });
  await user.click(screen.getByRole('button'));
  await rerender({ text: `${reasoning} And more.`, durationMs: null, streaming: true });
  expect(isOpen()).toBe(false);
});

test('collapsed reasoning opens with the keyboard', async () => {
  const user = userEvent.setup();
  render(Reasoning, { text: reasoning, durationMs: 900, streaming: false });
  await user.tab();
  await user.keyboard('{Enter}');
  expect(isOpen()).toBe(true);
  expect(screen.getByText('consider').localName).toBe('strong');
  const content = document.getElementById(screen.getByRole('button').getAttribute('aria-controls') ?? '');
  expect(content?.textContent).toContain('First, consider it.');
});

test.each([
  [null, 'Thought'],
  [10, 'Thought for 1 s'],
  [59_400, 'Thought for 59 s'],
  [125_000, 'Thought for 2 min 5 s'],
])('the label after %s ms is "%s"', (durationMs, label) => {
  render(Reasoning, { text: reasoning, durationMs });
  expect(screen.getByRole('button').textContent?.trim()).toBe(label);
});
