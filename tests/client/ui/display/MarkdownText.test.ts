import { afterEach, expect, jest, test } from '@jest/globals';
import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import MarkdownText from '../../../../client/src/ui/display/MarkdownText.svelte';

const text = '```js\nconst a = 1;\n```\n';

afterEach(() => {
  jest.restoreAllMocks();
});

test('the copy button of a code block writes to the clipboard', async () => {
  const user = userEvent.setup();
  render(MarkdownText, { text });
  await user.click(screen.getByRole('button', { name: 'Copy' }));
  expect(await screen.findByRole('button', { name: 'Copied' })).toBeTruthy();
  expect(await navigator.clipboard.readText()).toBe('const a = 1;');
});

test('the copy button names the keys to press where the page may not copy', async () => {
  const user = userEvent.setup();
  jest.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('not allowed'));
  render(MarkdownText, { text });
  await user.click(screen.getByRole('button', { name: 'Copy' }));
  expect(await screen.findByRole('button', { name: 'Selected, press Ctrl+C' })).toBeTruthy();
});
