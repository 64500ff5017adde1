import { describe, expect, test } from '@jest/globals';
import { MarkdownDocument } from '../../../../client/src/lib/markdown/lexer/incrementalDocument.ts';
import { workDone } from '../../../../client/src/lib/markdown/scheduler.ts';
import { ownStreams, recordedStreams } from '../../../support/recordedStreams.ts';
import type { RecordedStream } from '../../../support/recordedStreams.ts';
import { documents } from './sampleDocuments.ts';
import { openView, piecesOf, randomFrom, show, stream } from './renderText.ts';

const all = Object.values(documents);

/** Seeds and the longest piece, in characters: letter by letter, as tokens come, and in bursts. */
const cuts = [
  [1, 1],
  [2, 4],
  [3, 24],
  [4, 80],
] as const;

describe('a streamed message ends as the page that shows it at once', () => {
  for (const [name, text] of Object.entries(documents)) {
    test(name, async () => {
      const whole = (await show(text)).innerHTML;
      for (const [seed, longest] of cuts) {
        const pieces = piecesOf(text, randomFrom(seed), longest);
        expect((await stream(pieces)).innerHTML).toBe(whole);
      }
    });
  }

  test('any of them after any other, in any pieces', async () => {
    const random = randomFrom(77);
    const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
    for (let round = 0; round < 25; round += 1) {
      const text = [pick(all), pick(all)].join(pick(['\n\n', '\n', '', '\r\n\r\n']));
      const pieces = piecesOf(text, random, pick([2, 12, 40]));
      expect((await stream(pieces)).innerHTML).toBe((await show(text)).innerHTML);
    }
  });

  test.each([
    ['one long line', 'words and **bold** words, '],
    ['one long list', '- item with `code`\n'],
    ['one long table', '| cell | **bold** |\n'],
    ['one long listing', 'let a = 1;\n'],
    ['one coloured listing', 'let a = 1;\n'],
    ['many short blocks', '# Title\nText below [a].\n\n'],
  ])('%s, longer than a block may be', async (name, line) => {
    const opening =
      {
        'one long table': '| a | b |\n|---|---|\n',
        'one long listing': '```\n',
        'one coloured listing': '```js\n',
      }[name] ?? '';
    const text = opening + line.repeat(33_000 / line.length);
    const pieces = piecesOf(text, randomFrom(5), 3_000);
    expect((await stream(pieces)).innerHTML).toBe((await show(text)).innerHTML);
  });

  const answers = (streams: readonly RecordedStream[]) =>
    streams.flatMap(({ content, reasoning }) => [content, reasoning]).filter(Boolean);

  async function endsTheSame(text: string): Promise<void> {
    const whole = (await show(text)).innerHTML;
    for (const [seed, longest] of cuts.slice(1)) {
      expect((await stream(piecesOf(text, randomFrom(seed), longest))).innerHTML).toBe(whole);
    }
  }

  test.each(answers(ownStreams))('the answer of a model that begins "%.24s"', endsTheSame);

  if (recordedStreams.length > 0) {
    test.each(answers(recordedStreams))('the recorded answer of a model that begins "%.24s"', endsTheSame);
  } else {
    test.skip('recorded answers of models: ../shared/data/streams is not here', () => undefined);
  }
});

describe('while a message grows', () => {
  test('a finished block is not lexed again', () => {
    const section =
      '## A title\nWords **below** it.\n\n- one\n- two\n\n```js\nlet a;\n```\n\n| a |\n|---|\n| 1 |\n\n';
    const document = new MarkdownDocument();
    let lexed = 0;
    for (const piece of piecesOf(section.repeat(400), randomFrom(9), 24)) {
      document.append(piece);
      lexed += document.rest.length;
      document.step(false);
    }
    // Looking at all of it with every piece would be 80 million characters.
    expect(lexed).toBeLessThan(600_000);
  });

  test('a finished block keeps its elements', () => {
    const { root, view } = openView();
    view.update('# Title\n\nFirst **words**.\n\nSecond', true);
    const [title, first] = [...root.children];
    view.update('# Title\n\nFirst **words**.\n\nSecond one.\n\n- and\n- a list', true);
    view.update('# Title\n\nFirst **words**.\n\nSecond one.\n\n- and\n- a list\n', false);
    expect([...root.children].slice(0, 2)).toEqual([title, first]);
    expect(root.children[0]).toBe(title);
    expect(root.children[1]).toBe(first);
  });

  test('what is selected in the open block stays: only its end changes', () => {
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
  ])('half of %s is shown as it will be', (source, html) => {
    const { root, view } = openView();
    view.update(source, true);
    expect(root.querySelector('p')?.innerHTML).toBe(html);
  });

  test('a listing grows line by line, before its end has come', () => {
    const { root, view } = openView();
    view.update('```js\nlet a;\n', true);
    view.update('```js\nlet a;\nlet b;', true);
    view.update('```js\nlet a;\nlet b;\n\nlet c', true);
    expect(root.querySelector('code')?.textContent).toBe('let a;\nlet b;\n\nlet c');
  });

  test('a listing is coloured while it grows, without losing a letter', async () => {
    const { root, view } = openView();
    const code = 'const a = "text";\n'.repeat(40);
    for (let end = 20; end <= code.length; end += 20) {
      view.update(`\`\`\`js\n${code.slice(0, end)}`, true);
      await workDone();
      expect(root.querySelector('code')?.textContent.trimEnd()).toBe(code.slice(0, end).trimEnd());
    }
    expect(root.querySelectorAll('.hljs-keyword').length).toBeGreaterThan(20);
  });

  test('text that comes while earlier text is still being shown is not forgotten', async () => {
    const block = 'A paragraph.\n\n```js\nlet a = 1;\n```\n\n';
    const pieces = Array.from({ length: 60 }, () => block);
    expect((await stream(pieces)).querySelectorAll('pre')).toHaveLength(60);
  });

  test('another text takes the place of the first', () => {
    const { root, view } = openView();
    view.update('The first answer', true);
    view.update('A second, longer answer', true);
    expect(root.textContent).toBe('A second, longer answer');
    view.update('A third', false);
    view.update('A third, edited', false);
    expect(root.textContent).toBe('A third, edited');
  });
});

describe('a long message', () => {
  test('appears in slices, and completely', () => {
    const { root, view } = openView();
    const text = 'A paragraph with **bold** words in it.\n\n'.repeat(600);
    view.update(text, false);
    const first = root.childElementCount;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(600);
    view.finish();
    expect(root.childElementCount).toBe(600);
  });

  test.each([
    ['quotes in quotes', '>'.repeat(100_000)],
    ['lists in lists', '1. '.repeat(30_000)],
    ['emphasis in emphasis', '*a '.repeat(8_000) + ' a*'.repeat(8_000)],
    ['links in links', '['.repeat(20_000) + '](a)'.repeat(20_000)],
    ['elements in elements', '<b>'.repeat(6_000)],
    ['folded passages in folded passages', '<details>\n'.repeat(2_000)],
    ['brackets', '['.repeat(100_000)],
    ['a million spaces', `a${' '.repeat(1_000_000)}b`],
  ])('is shown even when it is %s', (_name, text) => {
    const { root, view } = openView();
    view.update(text, false);
    view.finish();
    expect(root.childElementCount).toBeGreaterThan(0);
  });
});
