import { describe, expect, test } from '@jest/globals';
import { openWebui } from '../../../server/src/features/imports/formats/openWebui.ts';
import {
  exportedAt,
  openWebuiChat,
  openWebuiHistory,
  openWebuiMessage,
} from '../../support/imports/conversations.ts';
import { now } from '../../support/imports/reading.ts';

const answer = (fields: Record<string, unknown>) => {
  const history = openWebuiHistory([
    openWebuiMessage('q', null),
    openWebuiMessage('a', 'q', { role: 'assistant', model: 'llama3.2', ...fields }),
  ]);
  return openWebui.read(openWebuiChat({}, history), now).messages[1]!;
};

describe('Open WebUI chats', () => {
  test('a chat is refused if it has no messages, whatever value is in their place', () => {
    for (const chat of [
      null,
      5,
      [],
      {},
      { history: null },
      { history: { messages: [] } },
      { messages: 'x' },
    ]) {
      expect(() => openWebui.read(openWebuiChat({ chat }), now)).toThrow('It has no messages.');
    }
  });

  test('a chat is refused if its messages form a cycle', () => {
    const cycle = openWebuiHistory([openWebuiMessage('a', 'b'), openWebuiMessage('b', 'a')]);
    expect(() => openWebui.read(openWebuiChat({}, cycle), now)).toThrow('form a cycle');
  });

  test('a chat is refused if a message is its own parent', () => {
    const selfParent = openWebuiHistory([openWebuiMessage('q', null), openWebuiMessage('a', 'a')]);
    expect(() => openWebui.read(openWebuiChat({}, selfParent), now)).toThrow('form a cycle');
  });

  test('a chat keeps its fields', () => {
    expect(openWebui.read(openWebuiChat({ id: 'c1', archived: true, pinned: true }), now)).toMatchObject({
      source: 'openwebui',
      externalId: 'c1',
      title: 'Trees',
      createdAt: exportedAt * 1000,
      updatedAt: (exportedAt + 60) * 1000,
      archived: true,
      pinned: true,
      model: 'llama3.2',
      activeExternalId: 'a1',
      messages: [
        { externalId: 'q1', parentExternalId: null, role: 'user', content: 'What is a tree?', model: null },
        { externalId: 'a1', parentExternalId: 'q1', role: 'assistant', model: 'llama3.2' },
      ],
    });
  });

  test('a chat orders siblings by the list of children, not by the order of keys', () => {
    const answers = ['third', 'first', 'second'].map((id) =>
      openWebuiMessage(id, 'q', { role: 'assistant' }),
    );
    const history = openWebuiHistory([...answers, openWebuiMessage('q', null)], 'second');
    const messages = history.messages as Record<string, Record<string, unknown>>;
    messages.q!.childrenIds = ['first', 'second', 'third'];
    const chat = openWebui.read(openWebuiChat({}, history), now);
    expect(chat.messages.map(({ externalId }) => externalId)).toEqual(['q', 'first', 'second', 'third']);
    expect(chat.activeExternalId).toBe('second');
  });

  test('a chat keeps both versions of an edited first question', () => {
    const history = openWebuiHistory([openWebuiMessage('one', null), openWebuiMessage('two', null)]);
    const { messages } = openWebui.read(openWebuiChat({}, history), now);
    expect(messages.map(({ parentExternalId }) => parentExternalId)).toEqual([null, null]);
  });

  test('a chat omits system messages and keeps the messages below them', () => {
    const history = openWebuiHistory([
      openWebuiMessage('s', null, { role: 'system', content: 'Be brief.' }),
      openWebuiMessage('q', 's'),
      openWebuiMessage('t', 'q', { role: 'tool' }),
      openWebuiMessage('a', 't', { role: 'assistant' }),
    ]);
    const { messages } = openWebui.read(openWebuiChat({}, history), now);
    expect(messages.map(({ externalId, parentExternalId }) => [externalId, parentExternalId])).toEqual([
      ['q', null],
      ['a', 'q'],
    ]);
  });

  test('a message whose parent is missing becomes a root', () => {
    const history = openWebuiHistory([openWebuiMessage('q', null), openWebuiMessage('lost', 'gone')]);
    const { messages } = openWebui.read(openWebuiChat({}, history), now);
    expect(messages[1]).toMatchObject({ externalId: 'lost', parentExternalId: null });
  });

  test('a chat opens at its newest message if its current message is missing', () => {
    for (const currentId of [null, 'gone', 7, '__proto__']) {
      const history = {
        ...openWebuiHistory([openWebuiMessage('q', null), openWebuiMessage('a', 'q')]),
        currentId,
      };
      expect(openWebui.read(openWebuiChat({}, history), now).activeExternalId).toBe('a');
    }
  });

  test('a chat is read in the older format without `chat`', () => {
    const { chat, title } = openWebuiChat();
    const legacy = { title, history: (chat as { history: unknown }).history };
    expect(openWebui.detect(legacy)).toBe(true);
    expect(openWebui.read(legacy, now).messages).toHaveLength(2);
  });

  test('a chat is read as one branch in the oldest format, a plain list', () => {
    const messages = [
      { role: 'user', content: 'One' },
      { role: 'system', content: 'Hidden' },
      { role: 'assistant', content: 'Two' },
    ];
    const chat = openWebui.read(openWebuiChat({ chat: { messages } }), now);
    expect(chat.messages).toMatchObject([
      { content: 'One', parentExternalId: null },
      { content: 'Two', parentExternalId: '0' },
    ]);
  });

  test('a chat gets an id from its content, the same every time, if it has none', () => {
    const read = (title: string) => openWebui.read(openWebuiChat({ id: undefined, title }), now).externalId;
    expect(read('Trees')).toMatch(/^sha256-/);
    expect(read('Trees')).toBe(read('Trees'));
    expect(read('Trees')).not.toBe(read('Other trees'));
  });

  test('a chat is named after its first question if it has no title', () => {
    const { chat } = openWebuiChat();
    const untitled = { chat: { ...(chat as object), title: '  \n ' }, title: null };
    expect(openWebui.read(untitled, now).title).toBe('What is a tree?');
  });

  test('a chat keeps its valid settings and ignores the others', () => {
    const { chat } = openWebuiChat();
    const settingsOf = (fields: object) =>
      openWebui.read(openWebuiChat({ chat: { ...(chat as object), ...fields } }), now).settings;
    const params = { system: 'Be brief.', temperature: 0.5, top_p: 7, max_tokens: 'many', seed: 1 };
    expect(settingsOf({ params })).toEqual({ systemPrompt: 'Be brief.', temperature: 0.5 });
    expect(settingsOf({ params: [], system: 'Be kind.' })).toEqual({ systemPrompt: 'Be kind.' });
    expect(settingsOf({ params: { temperature: null }, system: 5 })).toEqual({});
  });
});

describe('Open WebUI answers', () => {
  test('an answer has its reasoning separated from its text', () => {
    const content =
      '<details type="reasoning" done="true" duration="12">\n<summary>Thought for 12 seconds</summary>\n' +
      '&gt; First, trees.\n&gt; Then &lt;forests&gt;.\n</details>\nMany trees.';
    expect(answer({ content })).toMatchObject({
      content: 'Many trees.',
      reasoning: 'First, trees.\nThen <forests>.',
      reasoningMs: 12_000,
    });
  });

  test('an answer keeps the unescaped reasoning of older versions unchanged', () => {
    const content =
      '<details type="reasoning" duration="1">\n<summary>Thought</summary>\n> a &lt; b\n</details>\nYes.';
    expect(answer({ content }).reasoning).toBe('a &lt; b');
  });

  test('an answer loses its tool calls and keeps the text around them', () => {
    const content =
      'Let me look.\n<details type="tool_calls" done="true" name="search" arguments="&quot;&gt;&quot;">\n' +
      '<summary>Tool Executed</summary>\n</details>\nFound it.';
    expect(answer({ content }).content).toBe('Let me look.\n\nFound it.');
  });

  test('an answer keeps the indentation of the text after the reasoning', () => {
    const content = '<details type="reasoning" duration="0">\n> Hm.\n</details>\n\n    code()\n';
    expect(answer({ content }).content).toBe('    code()\n');
  });

  test('an answer keeps `<details>` written by the model', () => {
    const content = 'See `<details type="reasoning">`.\n<details><summary>More</summary>\ntext\n</details>';
    expect(answer({ content })).toMatchObject({ content, reasoning: null });
  });

  test('an answer keeps a block of reasoning that is never closed as text', () => {
    const content = '<details type="reasoning">\n'.repeat(10_000);
    expect(answer({ content }).content).toBe(content);
  });

  test('an answer is read from its output if it has one', () => {
    const output = [
      { type: 'reasoning', content: [{ type: 'output_text', text: 'Hm.' }], summary: null, duration: 3 },
      { type: 'function_call', name: 'get_weather', arguments: '{}' },
      { type: 'function_call_output', output: [{ type: 'input_text', text: '12°' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'It is 12°.' }] },
    ];
    expect(answer({ content: '<rendered>', output })).toMatchObject({
      content: 'It is 12°.',
      reasoning: 'Hm.',
      reasoningMs: 3_000,
    });
  });

  test('an answer is read from its content if the output is empty', () => {
    for (const output of [null, 'x', {}, [null, 5, { type: 'message' }, { type: 'message', content: [7] }]]) {
      expect(answer({ content: 'Text', output }).content).toBe('Text');
    }
  });

  test('an answer names its files', () => {
    const files = [
      { type: 'image', url: 'data:image/png;base64,AAAA' },
      { type: 'file', name: 'notes.pdf' },
    ];
    expect(answer({ content: 'Look', files }).content).toBe('Look\n\n[image]\n\n[file: notes.pdf]');
  });
});
