import { afterEach, expect, jest, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import Announcer from '../../../../../client/src/features/messages/transcript/Announcer.svelte';
import AssistantMessage from '../../../../../client/src/features/messages/transcript/AssistantMessage.svelte';
import UnsentQuestion from '../../../../../client/src/features/messages/transcript/UnsentQuestion.svelte';
import UserMessage from '../../../../../client/src/features/messages/transcript/UserMessage.svelte';
import { staged } from '../stage.ts';
import type { Staged } from '../stage.ts';

const button = (name: string | RegExp) => screen.getByRole('button', { name });
let stage: Staged;
afterEach(() => stage.conversation.leave());

async function showing(
  options: Parameters<typeof staged>[0],
  at: number,
  prepare?: (stage: Staged) => unknown,
) {
  stage = await staged(options);
  await prepare?.(stage);
  const message = stage.conversation.messages.at(at)!;
  const part = message.role === 'user' ? UserMessage : AssistantMessage;
  stage.show(part, { message, last: at === -1 });
  return { ...stage, message, user: userEvent.setup() };
}

test('what a person typed is shown as it was typed, markup and all', async () => {
  const hostile = '<img src=x onerror="alert(1)">  **two  spaces**';
  await showing({}, 0, ({ server, conversation }) => {
    server.say('user', hostile);
    return conversation.live?.read();
  });
  const article = screen.getByRole('article');
  expect(article.textContent).toContain(hostile);
  expect(article.querySelector('img')).toBeNull();
  expect(within(article).getByRole('heading', { name: 'You said' })).toBeTruthy();
});

test('a message is copied as Markdown where the page may not use the clipboard', async () => {
  const { user } = await showing({ messages: 2 }, 1);
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

test('every action is reached with the keyboard', async () => {
  const { user } = await showing({ messages: 2 }, 1);
  const names: string[] = [];
  for (let at = 0; at < 4; at++) {
    await user.tab();
    names.push(document.activeElement?.getAttribute('aria-label') ?? '');
  }
  expect(names).toEqual(['Copy message', 'Edit answer', 'Regenerate', 'Delete message']);
});

test('deleting asks first, and says how many messages go', async () => {
  const { conversation, user } = await showing({ messages: 6 }, 2);
  await user.click(button('Delete message'));
  await screen.findByText(/^The 3 messages below it go with it/);
  await user.click(button('Cancel'));
  expect(conversation.messages).toHaveLength(6);
  await user.click(button('Delete message'));
  await user.click(await screen.findByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(conversation.messages).toHaveLength(2));
});

test('nothing that needs a still chat can be pressed while an answer is written, and it says why', async () => {
  const { conversation, user } = await showing({ messages: 2 }, 1, async ({ conversation: each }) => {
    each.draft = 'Go';
    await each.send();
  });
  const remove = button('Delete message');
  expect(remove.getAttribute('aria-disabled')).toBe('true');
  expect(remove.getAttribute('aria-description')).toBe('Wait for the answer, or stop it first.');
  await user.click(remove);
  expect([screen.queryByText('Delete this message?'), conversation.messages.length]).toEqual([null, 4]);
});

test('the arrows walk the versions of an answer and end at the last one', async () => {
  const { conversation, user } = await showing({ messages: 2 }, 1, async ({ server, conversation: each }) => {
    await each.regenerate(each.messages[1]!);
    server.write('Second');
    server.finish();
  });
  expect(screen.getByText('2/2')).toBeTruthy();
  expect(button('Next version').getAttribute('aria-disabled')).toBe('true');
  await user.click(button('Previous version'));
  await waitFor(() => expect(conversation.messages[1]?.content).toBe('message 1'));
});

test('an edited answer is saved in its place and marked; Escape gives the change up', async () => {
  const { conversation, user, message } = await showing({ messages: 2 }, 1);
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

test('an edited question is asked again as a version beside the old one', async () => {
  const { conversation, user } = await showing({ messages: 2 }, 0);
  await user.click(button('Edit question'));
  await user.clear(screen.getByLabelText('Edit message'));
  expect(button('Send').getAttribute('aria-disabled')).toBe('true');
  await user.type(screen.getByLabelText('Edit message'), 'differently');
  await user.click(button('Send'));
  await waitFor(() => expect(conversation.messages[0]?.content).toBe('differently'));
  expect(conversation.messages[0]?.siblings).toHaveLength(2);
});

test('an answer that failed says why and is tried again; one that was cut off goes on', async () => {
  const { conversation, server, user } = await showing({ messages: 0 }, -1, async (each) => {
    each.conversation.draft = 'Go';
    await each.conversation.send();
    each.server.write('Half');
    each.server.finish('failed', 'The model server is gone.');
  });
  expect(screen.getByText('The model server is gone.')).toBeTruthy();
  await user.click(button('Continue'));
  await waitFor(() => expect(conversation.generating).toBe(true));
  server.write(' done');
  server.finish('interrupted');
  await waitFor(() => expect(screen.getByText('Cut off when the server stopped')).toBeTruthy());
  expect(conversation.messages.at(-1)?.content).toBe('Half done');
});

test('a question that did not arrive offers to be sent again', async () => {
  stage = await staged();
  const { conversation, server } = stage;
  const [tab] = server.tabs;
  tab!.online = false;
  conversation.draft = 'Hello';
  await conversation.send();
  stage.show(UnsentQuestion, { question: conversation.pending });
  expect(screen.getByRole('alert').textContent).toContain('Not sent. Parley cannot be reached.');
  tab!.online = true;
  await userEvent.click(button('Try again'));
  await waitFor(() => expect(conversation.messages.map(({ content }) => content)).toEqual(['Hello', '']));
});

test('a screen reader hears that an answer is written and that it is there, but no tokens', async () => {
  stage = await staged();
  const { conversation, server } = stage;
  stage.show(Announcer);
  const [status, alert] = [screen.getByRole('status'), screen.getByRole('alert')];
  conversation.draft = 'Go';
  await conversation.send();
  await waitFor(() => expect(status.textContent).toBe('Generating…'));
  server.write('Hello there');
  expect(status.textContent).toBe('Generating…');
  server.finish();
  await waitFor(() => expect(status.textContent).toBe('Answer ready'));
  await conversation.regenerate(conversation.messages[1]!);
  server.finish('failed', 'Out of memory.');
  await waitFor(() => expect(alert.textContent).toBe('The answer failed: Out of memory.'));
});
