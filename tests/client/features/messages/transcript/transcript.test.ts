import { afterEach, expect, jest, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import Announcer from '../../../../../client/src/features/messages/transcript/Announcer.svelte';
import AssistantMessage from '../../../../../client/src/features/messages/transcript/AssistantMessage.svelte';
import UnsentQuestion from '../../../../../client/src/features/messages/transcript/UnsentQuestion.svelte';
import UserMessage from '../../../../../client/src/features/messages/transcript/UserMessage.svelte';
import { createHarness } from '../harness.ts';
import type { ConversationHarness, HarnessOptions } from '../harness.ts';

const button = (name: string | RegExp) => screen.getByRole('button', { name });
let harness: ConversationHarness;
afterEach(() => harness.conversation.leave());

/** Renders the message at `index` after `prepare`. */
async function renderMessage(
  options: HarnessOptions,
  index: number,
  prepare?: (harness: ConversationHarness) => unknown,
) {
  harness = await createHarness(options);
  await prepare?.(harness);
  const message = harness.conversation.messages.at(index)!;
  const component = message.role === 'user' ? UserMessage : AssistantMessage;
  harness.renderComponent(component, { message, last: index === -1 });
  return { ...harness, message, user: userEvent.setup() };
}

test('a question is shown as typed, including markup', async () => {
  const hostile = '<img src=x onerror="alert(1)">  **two  spaces**';
  await renderMessage({}, 0, ({ server, conversation }) => {
    server.addMessage('user', hostile);
    return conversation.live?.load();
  });
  const article = screen.getByRole('article');
  expect(article.textContent).toContain(hostile);
  expect(article.querySelector('img')).toBeNull();
  expect(within(article).getByRole('heading', { name: 'You said' })).toBeTruthy();
});

test('a message is copied as Markdown when the clipboard API is not available', async () => {
  const { user } = await renderMessage({ messages: 2 }, 1);
  let copied = '';
  Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  document.execCommand = jest.fn(() => {
    const field = document.querySelector<HTMLTextAreaElement>('textarea[readonly]')!;
    copied = field.value.slice(field.selectionStart, field.selectionEnd);
    return true;
  });
  await user.click(button('Copy message'));
  expect(copied).toBe('message 1');
  await waitFor(() => expect(button('Copied')).toBeTruthy());
});

test('every action of a message can be reached with the keyboard', async () => {
  const { user } = await renderMessage({ messages: 2 }, 1);
  const names: string[] = [];
  for (let at = 0; at < 4; at++) {
    await user.tab();
    names.push(document.activeElement?.getAttribute('aria-label') ?? '');
  }
  expect(names).toEqual(['Copy message', 'Edit answer', 'Regenerate', 'Delete message']);
});

test('deleting a message asks for confirmation and shows how many messages are deleted', async () => {
  const { conversation, user } = await renderMessage({ messages: 6 }, 2);
  await user.click(button('Delete message'));
  await screen.findByText(/^This also deletes the 3 messages below it/);
  await user.click(button('Cancel'));
  expect(conversation.messages).toHaveLength(6);
  await user.click(button('Delete message'));
  await user.click(await screen.findByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(conversation.messages).toHaveLength(2));
});

test('deleting is disabled with a reason while an answer is streaming', async () => {
  const { conversation, user } = await renderMessage({ messages: 2 }, 1, async ({ conversation: each }) => {
    each.draft = 'Go';
    await each.send();
  });
  const remove = button('Delete message');
  expect(remove.getAttribute('aria-disabled')).toBe('true');
  expect(remove.getAttribute('aria-description')).toBe('Wait for the answer or stop it first.');
  await user.click(remove);
  expect([screen.queryByText('Delete this message?'), conversation.messages.length]).toEqual([null, 4]);
});

test('the arrows switch between the versions of an answer', async () => {
  const { conversation, user } = await renderMessage(
    { messages: 2 },
    1,
    async ({ server, conversation: each }) => {
      await each.regenerate(each.messages[1]!);
      server.streamText('Second');
      server.endAnswer();
    },
  );
  expect(screen.getByText('2/2')).toBeTruthy();
  expect(button('Next version').getAttribute('aria-disabled')).toBe('true');
  await user.click(button('Previous version'));
  await waitFor(() => expect(conversation.messages[1]?.content).toBe('message 1'));
});

test('an edited answer is saved and marked as edited, and Escape cancels the edit', async () => {
  const { conversation, user, message } = await renderMessage({ messages: 2 }, 1);
  await user.click(button('Edit answer'));
  await user.keyboard('{Escape}');
  expect(conversation.editing).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(button('Edit answer')));
  await user.click(button('Edit answer'));
  await user.clear(screen.getByLabelText('Edit message'));
  await user.type(screen.getByLabelText('Edit message'), 'my own words');
  await user.click(button('Save'));
  await waitFor(() => expect(screen.getByText('edited')).toBeTruthy());
  expect([message.content, message.edited]).toEqual(['my own words', true]);
});

test('an edited question is asked again as a new version', async () => {
  const { conversation, user } = await renderMessage({ messages: 2 }, 0);
  await user.click(button('Edit question'));
  await user.clear(screen.getByLabelText('Edit message'));
  expect(button('Send').getAttribute('aria-disabled')).toBe('true');
  await user.type(screen.getByLabelText('Edit message'), 'differently');
  await user.click(button('Send'));
  await waitFor(() => expect(conversation.messages[0]?.content).toBe('differently'));
  expect(conversation.messages[0]?.siblings).toHaveLength(2);
});

test('a failed answer shows the reason and can be continued, and an interrupted answer is labelled', async () => {
  const { conversation, server, user } = await renderMessage({ messages: 0 }, -1, async (each) => {
    each.conversation.draft = 'Go';
    await each.conversation.send();
    each.server.streamText('Half');
    each.server.endAnswer('failed', 'The model server is gone.');
  });
  expect(screen.getByText('The model server is gone.')).toBeTruthy();
  await user.click(button('Continue'));
  await waitFor(() => expect(conversation.generating).toBe(true));
  server.streamText(' done');
  server.endAnswer('interrupted');
  await waitFor(() => expect(screen.getByText('Interrupted: the server restarted')).toBeTruthy());
  expect(conversation.messages.at(-1)?.content).toBe('Half done');
});

test('an undelivered question can be sent again', async () => {
  harness = await createHarness();
  const { conversation, server } = harness;
  const [tab] = server.tabs;
  tab!.online = false;
  conversation.draft = 'Hello';
  await conversation.send();
  harness.renderComponent(UnsentQuestion, { question: conversation.pending });
  expect(screen.getByRole('alert').textContent).toContain('Not sent. Parley cannot be reached.');
  tab!.online = true;
  await userEvent.click(button('Try again'));
  await waitFor(() => expect(conversation.messages.map(({ content }) => content)).toEqual(['Hello', '']));
});

test('a screen reader announces the start and end of an answer, but no tokens', async () => {
  harness = await createHarness();
  const { conversation, server } = harness;
  harness.renderComponent(Announcer);
  const [status, alert] = [screen.getByRole('status'), screen.getByRole('alert')];
  conversation.draft = 'Go';
  await conversation.send();
  await waitFor(() => expect(status.textContent).toBe('Generating…'));
  server.streamText('Hello there');
  expect(status.textContent).toBe('Generating…');
  server.endAnswer();
  await waitFor(() => expect(status.textContent).toBe('Answer ready'));
  await conversation.regenerate(conversation.messages[1]!);
  server.endAnswer('failed', 'Out of memory.');
  await waitFor(() => expect(alert.textContent).toBe('The answer failed: Out of memory.'));
});
