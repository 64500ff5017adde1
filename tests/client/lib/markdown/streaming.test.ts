import { beforeEach, describe, expect, test } from '@jest/globals';
import { IncrementalDocument } from '../../../../client/src/lib/markdown/lexer/incrementalDocument.ts';
import { whenIdle } from '../../../../client/src/lib/markdown/scheduler.ts';
import { ownStreams, recordedStreams } from '../../../support/recordedStreams.ts';
import type { RecordedStream } from '../../../support/recordedStreams.ts';
import { missingDataHint } from '../../../support/testData.ts';
import { sampleDocuments } from './sampleDocuments.ts';
import { openView, chunksOf, seededRandom, show, stream } from './renderText.ts';

const all = Object.values(sampleDocuments);

/** Seeds and the maximum length of a chunk in characters: letter by letter, token by token, and in bursts. */
const chunkings = [
  [1, 1],
  [2, 4],
  [3, 24],
  [4, 80],
] as const;

describe('streamed texts', () => {
  for (const [name, text] of Object.entries(sampleDocuments)) {
    test(`the document "${name}" looks the same streamed as shown at once`, async () => {
      const whole = (await show(text)).innerHTML;
      for (const [seed, maxLength] of chunkings) {
        const chunks = chunksOf(text, seededRandom(seed), maxLength);
        expect((await stream(chunks)).innerHTML).toBe(whole);
      }
    });
  }

  test('a random pair of documents looks the same streamed in random chunks', async () => {
    const random = seededRandom(77);
    const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
    for (let round = 0; round < 25; round += 1) {
      const text = [pick(all), pick(all)].join(pick(['\n\n', '\n', '', '\r\n\r\n']));
      const chunks = chunksOf(text, random, pick([2, 12, 40]));
      expect((await stream(chunks)).innerHTML).toBe((await show(text)).innerHTML);
    }
  });

  test.each([
    ['one long line', 'words and **bold** words, '],
    ['one long list', '- item with `code`\n'],
    ['one long table', '| cell | **bold** |\n'],
    ['one long code block', 'let a = 1;\n'],
    ['one highlighted code block', 'let a = 1;\n'],
    ['many short blocks', '# Title\nText below [a].\n\n'],
  ])('%s longer than the maximum block looks the same streamed', async (name, line) => {
    const opening =
      {
        'one long table': '| a | b |\n|---|---|\n',
        'one long code block': '```\n',
        'one highlighted code block': '```js\n',
      }[name] ?? '';
    const text = opening + line.repeat(33_000 / line.length);
    const chunks = chunksOf(text, seededRandom(5), 3_000);
    expect((await stream(chunks)).innerHTML).toBe((await show(text)).innerHTML);
  });

  const textsOf = (streams: readonly RecordedStream[]) =>
    streams.flatMap(({ content, reasoning }) => [content, reasoning]).filter(Boolean);

  async function expectSameEnd(text: string): Promise<void> {
    const whole = (await show(text)).innerHTML;
    for (const [seed, maxLength] of chunkings.slice(1)) {
      expect((await stream(chunksOf(text, seededRandom(seed), maxLength))).innerHTML).toBe(whole);
    }
  }

  test.each(textsOf(ownStreams))(
    'a model answer that starts with "%.24s" looks the same streamed',
    expectSameEnd,
  );

  if (recordedStreams.length > 0) {
    test.each(textsOf(recordedStreams))(
      'a recorded answer that starts with "%.24s" looks the same streamed',
      expectSameEnd,
    );
  } else {
    test.skip(`recorded answers look the same streamed (${missingDataHint})`, () => undefined);
  }
});

describe('while a text grows', () => {
  // Texts that are shown in one task share what they may show at once.
  beforeEach(() => new Promise((resolve) => setTimeout(resolve)));

  test('a final block is not lexed again', () => {
    const section =
      '## A title\nWords **below** it.\n\n- one\n- two\n\n```js\nlet a;\n```\n\n| a |\n|---|\n| 1 |\n\n';
    const document = new IncrementalDocument();
    let lexed = 0;
    for (const chunk of chunksOf(section.repeat(400), seededRandom(9), 24)) {
      document.append(chunk);
      lexed += document.rest.length;
      document.step(false);
    }
    // Lexing all of it with every chunk would be 80 million characters.
    expect(lexed).toBeLessThan(600_000);
  });

  test('a final block keeps its elements', () => {
    const { root, view } = openView();
    view.update('# Title\n\nFirst **words**.\n\nSecond', true);
    const [title, first] = [...root.children];
    view.update('# Title\n\nFirst **words**.\n\nSecond one.\n\n- and\n- a list', true);
    view.update('# Title\n\nFirst **words**.\n\nSecond one.\n\n- and\n- a list\n', false);
    expect([...root.children].slice(0, 2)).toEqual([title, first]);
    expect(root.children[0]).toBe(title);
    expect(root.children[1]).toBe(first);
  });

  test('only the end of the open block changes, so that a selection in it is kept', () => {
    const { root, view } = openView();
    view.update('A **bold** beginning and', true);
    const bold = root.querySelector('strong');
    view.update('A **bold** beginning and `code` and', true);
    view.update('A **bold** beginning and `code` and *more*, with an end.', true);
    expect(root.querySelector('strong')).toBe(bold);
  });

  test.each([
    ['**bold wor', '<strong>bold wor</strong>'],
    ['a *sloping wor', 'a <em>sloping wor</em>'],
    ['**bold and *both', '<strong>bold and <em>both</em></strong>'],
    ['some `code', 'some <code>code</code>'],
    ['see [the page](https://e.exam', 'see '],
    ['a word **', 'a word '],
    ['so \\(x^2 + y', 'so '],
    ['~~old', '<del>old</del>'],
    ['2 * 3 and snake_case', '2 * 3 and snake_case'],
  ])('the unfinished text %s is shown as %s', (source, html) => {
    const { root, view } = openView();
    view.update(source, true);
    expect(root.querySelector('p')?.innerHTML).toBe(html);
  });

  test('a code block grows line by line before its closing fence', () => {
    const { root, view } = openView();
    view.update('```js\nlet a;\n', true);
    view.update('```js\nlet a;\nlet b;', true);
    view.update('```js\nlet a;\nlet b;\n\nlet c', true);
    expect(root.querySelector('code')?.textContent).toBe('let a;\nlet b;\n\nlet c');
  });

  test('a growing code block is highlighted without losing a character', async () => {
    const { root, view } = openView();
    const code = 'const a = "text";\n'.repeat(40);
    for (let end = 20; end <= code.length; end += 20) {
      view.update(`\`\`\`js\n${code.slice(0, end)}`, true);
      await whenIdle();
      expect(root.querySelector('code')?.textContent.trimEnd()).toBe(code.slice(0, end).trimEnd());
    }
    expect(root.querySelectorAll('.hljs-keyword').length).toBeGreaterThan(20);
  });

  test('text that arrives while earlier text is being rendered is shown too', async () => {
    const block = 'A paragraph.\n\n```js\nlet a = 1;\n```\n\n';
    const chunks = Array.from({ length: 60 }, () => block);
    expect((await stream(chunks)).querySelectorAll('pre')).toHaveLength(60);
  });

  test('a different text replaces the first', () => {
    const { root, view } = openView();
    view.update('The first answer', true);
    view.update('A second, longer answer', true);
    expect(root.textContent).toBe('A second, longer answer');
    view.update('A third', false);
    view.update('A third, edited', false);
    expect(root.textContent).toBe('A third, edited');
  });
});

describe('long texts', () => {
  test('a long text appears in slices until it is complete', () => {
    const { root, view } = openView();
    const text = 'A paragraph with **bold** words in it.\n\n'.repeat(600);
    view.update(text, false);
    const first = root.childElementCount;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(600);
    view.finish();
    expect(root.childElementCount).toBe(600);
  });

  test('finishing one text ends while many others have not appeared yet', () => {
    const shown = Array.from({ length: 60 }, openView);
    for (const { view } of shown) view.update('- **item**\n'.repeat(600), false);
    shown[0]!.view.finish();
    for (const { root } of shown) expect(root.querySelectorAll('li')).toHaveLength(600);
  });

  test.each([
    ['quotes in quotes', '>'.repeat(100_000)],
    ['lists in lists', '1. '.repeat(30_000)],
    ['emphasis in emphasis', '*a '.repeat(8_000) + ' a*'.repeat(8_000)],
    ['links in links', '['.repeat(20_000) + '](a)'.repeat(20_000)],
    ['elements in elements', '<b>'.repeat(6_000)],
    ['details in details', '<details>\n'.repeat(2_000)],
    ['brackets', '['.repeat(100_000)],
    ['a million spaces', `a${' '.repeat(1_000_000)}b`],
  ])('a text of %s is shown', (_name, text) => {
    const { root, view } = openView();
    view.update(text, false);
    view.finish();
    expect(root.childElementCount).toBeGreaterThan(0);
  });
});
