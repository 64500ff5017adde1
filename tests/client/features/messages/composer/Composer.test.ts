import { afterEach, expect, jest, test } from '@jest/globals';
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { createRawSnippet } from 'svelte';
import Composer from '../../../../../client/src/features/messages/composer/Composer.svelte';
import { createHarness } from '../harness.ts';
import type { HarnessOptions } from '../harness.ts';

const tools = createRawSnippet(() => ({ render: () => '<span></span>' }));
const field = () => screen.getByLabelText<HTMLTextAreaElement>('Message');
let leave: () => void = () => undefined;
afterEach(() => leave());

async function renderComposer(options: HarnessOptions = {}, oneditlast = () => undefined) {
  const harness = await createHarness(options);
  harness.renderComponent(Composer, { element: null, oneditlast, tools });
  leave = () => harness.conversation.leave();
  return { ...harness, user: userEvent.setup() };
}

test('Enter that ends an input method composition does not send', async () => {
  const { conversation, user } = await renderComposer();
  await user.type(field(), '日本');
  await fireEvent.keyDown(field(), { key: 'Enter', isComposing: true });
  await fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
  expect([conversation.draft, conversation.messages.length]).toEqual(['日本', 0]);
});

test('Shift+Enter starts a new line', async () => {
  const { conversation, user } = await renderComposer();
  await user.type(field(), 'one{Shift>}{Enter}{/Shift}two');
  expect([conversation.draft, conversation.messages.length]).toEqual(['one\ntwo', 0]);
});

test('an empty draft is not sent', async () => {
  const { conversation, user } = await renderComposer();
  await user.type(field(), '  {Enter}');
  await user.click(screen.getByRole('button', { name: 'Send' }));
  expect(conversation.messages).toHaveLength(0);
});

test('a text over the limit is not sent and shows by how much it is too long', async () => {
  const { conversation, user } = await renderComposer();
  conversation.draft = 'x'.repeat(250_003);
  await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('3 characters over the limit'));
  expect(screen.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBe('true');
  expect(field().getAttribute('aria-invalid')).toBe('true');
  await user.type(field(), '{Enter}');
  expect([conversation.draft.length, conversation.messages.length]).toEqual([250_003, 0]);
});

test('a rejected question returns to the field, with the reason above it', async () => {
  const { conversation, server, user } = await renderComposer({ messages: 2 });
  server.rows = [];
  await user.type(field(), 'Hello{Enter}');
  await waitFor(() => expect(field().value).toBe('Hello'));
  expect(screen.getByRole('alert').textContent).toContain('This message is not in the chat.');
  await user.type(field(), '!');
  expect([screen.queryByRole('alert'), conversation.draft]).toEqual([null, 'Hello!']);
});

test('Enter sends and empties the field', async () => {
  const { conversation, user } = await renderComposer();
  await user.type(field(), 'Hello{Enter}');
  await waitFor(() => expect(conversation.messages).toHaveLength(2));
  expect(field().value).toBe('');
});

test('while an answer is streaming, Enter keeps the text and Escape stops the answer', async () => {
  const { conversation, server, user } = await renderComposer();
  await user.type(field(), 'Go{Enter}');
  await waitFor(() => expect(conversation.generating).toBe(true));
  server.streamText('Half');
  await user.type(field(), 'next{Enter}');
  expect([conversation.draft, conversation.messages.length]).toEqual(['next', 2]);
  expect(screen.getByRole('button', { name: 'Stop generating' })).toBeTruthy();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(conversation.messages[1]?.status).toBe('stopped'));
  expect([conversation.draft, conversation.messages[1]?.content]).toEqual(['next', 'Half']);
});

test('Arrow Up edits the last question only when the draft is empty', async () => {
  const oneditlast = jest.fn(() => undefined);
  const { user } = await renderComposer({ messages: 2 }, oneditlast);
  await user.type(field(), 'text{ArrowUp}');
  expect(oneditlast).not.toHaveBeenCalled();
  await user.clear(field());
  await user.keyboard('{ArrowUp}');
  expect(oneditlast).toHaveBeenCalledTimes(1);
});
