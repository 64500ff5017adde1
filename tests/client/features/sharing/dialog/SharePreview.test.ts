import { describe, expect, test } from '@jest/globals';
import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import SharePreview from '../../../../../client/src/features/sharing/dialog/SharePreview.svelte';
import { aSnapshot } from '../factories.ts';

const [question, answer] = aSnapshot().messages;
const showAnswer = (content: string) =>
  render(SharePreview, { snapshot: aSnapshot({ messages: [{ ...answer!, content }] }) }).container;

describe('SharePreview', () => {
  test('keeps hostile content inert', async () => {
    const container = showAnswer(
      'before <img src=x onerror="alert(1)"> <script>alert(1)</script> [link](javascript:alert(1)) **end**',
    );
    await screen.findByText('end');
    expect(container.querySelector('script, img, [onerror], a[href^="javascript"]')).toBeNull();
  });

  test('shows Markdown as readers see it', async () => {
    const container = showAnswer('**Magnets** attract.\n\n| a | b |\n| - | - |\n| 1 | 2 |');
    expect((await screen.findByText('Magnets')).tagName).toBe('STRONG');
    expect(container.querySelector('table')).not.toBeNull();
  });

  test('renders the start of a very long message, and all of it on request', async () => {
    showAnswer(`${`${'word '.repeat(200)}\n\n`.repeat(5)}The end.`);
    const showAll = await screen.findByRole('button', { name: 'Show full message' });
    expect(screen.queryByText('The end.')).toBeNull();
    await userEvent.click(showAll);
    await screen.findByText('The end.');
    expect(screen.queryByRole('button', { name: 'Show full message' })).toBeNull();
  });

  test('renders the first messages of a long chat, and more on request', async () => {
    const messages = Array.from({ length: 70 }, (_, n) => ({ ...question!, id: `${n}`, content: `no ${n}` }));
    render(SharePreview, { snapshot: aSnapshot({ messages }) });
    await screen.findByText('no 5');
    expect(screen.queryByText('no 6')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Show 64 more messages' }));
    await screen.findByText('no 55');
    expect(screen.getByRole('button', { name: 'Show 14 more messages' })).toBeTruthy();
  });
});
