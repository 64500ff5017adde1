import { describe, expect, test } from '@jest/globals';
import { chatgpt } from '../../../server/src/features/imports/formats/chatgpt.ts';
import {
  chatgptConversation,
  chatgptExchange,
  chatgptNode,
  exportedAt,
} from '../../support/imports/conversations.ts';
import { now } from '../../support/imports/reading.ts';

const node = chatgptNode;
const read = (nodes: Record<string, unknown>[], fields?: Record<string, unknown>) =>
  chatgpt.read(chatgptConversation(nodes, fields), now);

/** Returns the messages after a question whose answer consists of these nodes, each below the previous one. */
const answerOf = (...parts: { role?: string; text?: string; message?: Record<string, unknown> }[]) => {
  const chain = parts.map(({ role = 'assistant', text = '', message }, index) =>
    node(`p${index}`, index === 0 ? 'q' : `p${index - 1}`, role, text, message),
  );
  return read([node('q', null, 'user', 'Why?'), ...chain]).messages.slice(1);
};
const content = (type: string, fields: Record<string, unknown>) => ({
  content: { content_type: type, ...fields },
});

describe('ChatGPT conversations', () => {
  test('a conversation is refused if it has no mapping', () => {
    for (const mapping of [undefined, null, [], 'x']) {
      expect(() => chatgpt.read(chatgptConversation([], { mapping }), now)).toThrow('only its title');
    }
  });

  test('a conversation is refused if all its nodes are hidden', () => {
    expect(() => read([node('root', null, null, ''), node('s', 'root', 'system', 'Hidden')])).toThrow(
      'It has no messages.',
    );
  });

  test('a conversation is refused if hidden nodes form a cycle', () => {
    expect(() =>
      read([node('a', 'b', null, ''), node('b', 'a', null, ''), node('q', 'a', 'user', 'Hi')]),
    ).toThrow('form a cycle');
  });

  test('a conversation keeps its fields', () => {
    const fields = { conversation_id: 'c1', is_archived: true, is_starred: true };
    expect(read(chatgptExchange(), fields)).toMatchObject({
      source: 'chatgpt',
      externalId: 'c1',
      title: 'Forests',
      createdAt: exportedAt * 1000 + 250,
      updatedAt: exportedAt * 1000 + 60_500,
      archived: true,
      pinned: true,
      model: 'gpt-5',
      activeExternalId: 'a1',
      messages: [
        { externalId: 'q1', parentExternalId: null, role: 'user', content: 'What is a forest?' },
        {
          externalId: 'a1',
          parentExternalId: 'q1',
          role: 'assistant',
          content: 'Many trees.',
          model: 'gpt-5',
        },
      ],
    });
  });

  test('a conversation is pinned if it has a pin date', () => {
    expect(read(chatgptExchange(), { pinned_time: exportedAt }).pinned).toBe(true);
    expect(read(chatgptExchange(), { pinned_time: 'no' }).pinned).toBe(false);
  });

  test('a conversation keeps its branches and its active branch', () => {
    const nodes = [
      ...chatgptExchange(),
      node('a2', 'q1', 'assistant', 'A large wood.'),
      node('q2', 'a1', 'user', 'How many?'),
      node('q2-edited', 'a1', 'user', 'How many exactly?'),
    ];
    const chat = read(nodes, { current_node: 'a2' });
    expect(chat.activeExternalId).toBe('a2');
    expect(
      chat.messages.map(({ externalId, parentExternalId }) => `${parentExternalId}>${externalId}`),
    ).toEqual(['null>q1', 'q1>a1', 'q1>a2', 'a1>q2', 'a1>q2-edited']);
  });

  test('a conversation opens at the nearest visible message', () => {
    const nodes = [
      ...chatgptExchange(),
      node('hidden', 'a1', 'system', 'x'),
      node('deeper', 'hidden', null, ''),
    ];
    expect(read(nodes).activeExternalId).toBe('a1');
  });

  test('a conversation omits hidden nodes', () => {
    const hidden = { metadata: { is_visually_hidden_from_conversation: true } };
    const nodes = [
      node('context', null, 'user', '', content('user_editable_context', { user_profile: 'I am Ann.' })),
      node('instructions', 'context', 'user', 'Secret instructions', hidden),
      node('weightless', 'instructions', 'assistant', 'Draft', { weight: 0 }),
      node('q', 'weightless', 'user', 'Hello'),
    ];
    expect(read(nodes).messages).toMatchObject([
      { externalId: 'q', parentExternalId: null, content: 'Hello' },
    ]);
  });

  test('a question with images, audio and files is read', () => {
    const parts = [
      { content_type: 'image_asset_pointer', asset_pointer: 'file-service://x' },
      { content_type: 'audio_transcription', text: 'What is this?', direction: 'in' },
      { content_type: 'real_time_user_audio_video_asset_pointer' },
      'Please.',
    ];
    const attachments = [
      { name: 'tree.png', mime_type: 'image/png' },
      { name: 'list.csv', mime_type: 'text/csv' },
    ];
    const question = { ...content('multimodal_text', { parts }), metadata: { attachments } };
    expect(read([node('q', null, 'user', '', question)]).messages[0]!.content).toBe(
      '[image]\n\nWhat is this?\n\nPlease.\n\n[file: list.csv]',
    );
  });
});

describe('ChatGPT answers', () => {
  test('an answer becomes one message with the id of the last node if it consists of many nodes', () => {
    const thoughts = content('thoughts', {
      thoughts: [
        { summary: 'Counting', content: 'One, two.' },
        { summary: '', content: 'Three.' },
      ],
    });
    const recap = {
      ...content('reasoning_recap', { content: 'Thought for 4s' }),
      metadata: { finished_duration_sec: 4 },
    };
    const code = { ...content('code', { language: 'python', text: 'print(3)' }), recipient: 'python' };
    const printed = content('execution_output', { text: '3' });
    const messages = answerOf(
      { message: thoughts },
      { message: recap },
      { message: code },
      { role: 'tool', message: printed },
      { text: 'There are three.' },
    );
    expect(messages).toMatchObject([
      {
        externalId: 'p4',
        parentExternalId: 'q',
        content: '```python\nprint(3)\n```\n\n```text\n3\n```\n\nThere are three.',
        reasoning: '**Counting**\n\nOne, two.\n\nThree.',
        reasoningMs: 4_000,
        model: 'gpt-5',
      },
    ]);
  });

  test('a regenerated answer becomes two messages', () => {
    const nodes = [
      node('q', null, 'user', 'Why?'),
      node('start', 'q', 'assistant', 'Well,'),
      node('one', 'start', 'assistant', 'so.'),
      node('two', 'start', 'assistant', 'thus.'),
    ];
    expect(read(nodes).messages.map((message) => message.content)).toEqual(['Why?', 'Well,', 'so.', 'thus.']);
  });

  test('parts of an answer that reached the length limit are joined into one text', () => {
    const cut = { metadata: { finish_details: { type: 'max_tokens' } } };
    expect(answerOf({ text: 'One, tw', message: cut }, { text: 'o, three.' })[0]!.content).toBe(
      'One, two, three.',
    );
  });

  test('an answer omits the input and output of tools', () => {
    const search = { ...content('code', { language: 'unknown', text: 'search("trees")' }), recipient: 'web' };
    const found = content('tether_browsing_display', { result: 'Trees are …' });
    const messages = answerOf({ message: search }, { role: 'tool', message: found }, { text: 'Trees.' });
    expect(messages).toMatchObject([{ content: 'Trees.', parentExternalId: 'q' }]);
  });

  test('an answer mentions an image created by a tool', () => {
    const picture = content('multimodal_text', { parts: [{ content_type: 'image_asset_pointer' }] });
    expect(answerOf({ role: 'tool', message: picture })[0]).toMatchObject({
      role: 'assistant',
      content: '[image]',
    });
  });

  test('an answer keeps code that contains backticks in its code block', () => {
    const code = { ...content('code', { language: 'a b', text: 'x = "```"' }), recipient: 'python' };
    expect(answerOf({ message: code })[0]!.content).toBe('````\nx = "```"\n````');
  });

  test('an answer contains the display text of citations instead of their markers', () => {
    const marker = (words: string) => `\ue200${words}\ue201`;
    const references = [{ matched_text: marker('entity\ue202Paris'), name: 'Paris' }];
    const [message] = answerOf({
      text: `In ${marker('entity\ue202Paris')} it rains.${marker('cite\ue202turn0search1')}`,
      message: { metadata: { content_references: references } },
    });
    expect(message!.content).toBe('In Paris it rains.');
  });

  test('an answer has no model if it has no metadata', () => {
    const [message] = answerOf({ text: 'Because.', message: { metadata: null } });
    expect(message).toMatchObject({ content: 'Because.', model: null });
  });
});
