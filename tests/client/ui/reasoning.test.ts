import { expect, test } from '@jest/globals';
import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import Reasoning from '../../../client/src/ui/Reasoning.svelte';

const thought = 'First, **consider** it.';
const isOpen = (): boolean => screen.getByRole('button').getAttribute('aria-expanded') === 'true';

test('reasoning can be watched while it lasts, and folds when it is over', async () => {
  const { rerender } = render(Reasoning, { text: thought, durationMs: null, streaming: true });
  expect(screen.getByRole('button', { name: 'Thinking…' })).toBeTruthy();
  expect(isOpen()).toBe(true);
  await rerender({ text: thought, durationMs: 4_200, streaming: false });
  expect(screen.getByRole('button', { name: 'Thought for 4 s' })).toBeTruthy();
  expect(isOpen()).toBe(false);
  expect(screen.queryByText('consider')).toBeNull();
});

test('reasoning that was folded by hand stays folded', async () => {
  const user = userEvent.setup();
  const { rerender } = render(Reasoning, { text: thought, durationMs: null, streaming: true });
  await user.click(screen.getByRole('button'));
  await rerender({ text: `${thought} And more.`, durationMs: null, streaming: true });
  expect(isOpen()).toBe(false);
});

test('folded reasoning unfolds, by keyboard too', async () => {
  const user = userEvent.setup();
  render(Reasoning, { text: thought, durationMs: 900, streaming: false });
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
])('after %s ms it says "%s"', (durationMs, words) => {
  render(Reasoning, { text: thought, durationMs });
  expect(screen.getByRole('button').textContent?.trim()).toBe(words);
});
