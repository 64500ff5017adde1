import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import Markdown from '../../../../client/src/lib/markdown/Markdown.svelte';
import { whenIdle } from '../../../../client/src/lib/markdown/scheduler.ts';
import { options, show } from './renderText.ts';

const htmlOf = async (text: string): Promise<string> => (await show(text)).innerHTML;

describe('formulas', () => {
  test.each([
    'It costs $5 and $6.',
    'From $20, she has 30$ left.',
    'Set $HOME/$USER or $PATH:$HOME first.',
    'US$5 and CA$7',
    'The $ sign and the $ sign',
    'Between $1,000 and $2,500 a month, or $3/day',
    'a\\$b\\$c',
    '`$x$` and `\\(y\\)`',
    '```\n$$\nx\n$$\n```',
    '$$ never closed',
    '$x\n\ny$',
    'an empty $$ $$ and $ $',
  ])('%s contains no formula', async (text) => {
    expect((await show(text)).querySelector('.md-formula')).toBeNull();
  });

  test.each([
    ['$x^2$', 'x^2', false],
    ['where $n$ is', 'n', false],
    ['($a$, $b$)', 'a', false],
    ['is $5$ here', '5', false],
    ['\\(a_1 * b_1\\)', 'a_1 * b_1', false],
    ['so $$x$$ is', 'x', true],
    ['$$\nx\n= y\n- z\n$$', 'x\n= y\n- z', true],
    ['below\n\\[\nx + y\n\\]\nthis', 'x + y', true],
    ['- in a list\n\n  $$\n  x\n  $$', 'x', true],
    ['| a |\n|---|\n| $x$ |', 'x', false],
    ['**so $a*b$ is**', 'a*b', false],
  ])('%s contains the formula %s', async (text, source, isDisplay) => {
    const formula = (await show(text)).querySelector('.md-formula');
    expect(formula?.querySelector('annotation')?.textContent).toBe(source);
    expect(formula?.classList.contains('md-formula-display')).toBe(isDisplay);
  });

  test('a formula with an error shows its source', async () => {
    const formula = (await show('$\\frac{1}{$ and')).querySelector('.md-formula');
    expect(formula?.textContent).toBe('\\frac{1}{');
  });
});

describe('elements', () => {
  test('headings come below those of the page', async () => {
    expect(await htmlOf('# One\n\n## Two\n\n#### Four\n\n###### Six')).toBe(
      '<h3 dir="auto">One</h3><h4 dir="auto">Two</h4><h6 dir="auto">Four</h6><h6 dir="auto">Six</h6>',
    );
  });

  test('a line break in the source is a line break on the page', async () => {
    expect(await htmlOf('one\ntwo')).toBe('<p dir="auto">one<br>two</p>');
  });

  test('a table scrolls inside its frame, also with the keyboard', async () => {
    const root = await show('| a | b |\n|:-:|--:|\n| 1 | 2 |');
    const frame = root.querySelector('[role=region]');
    expect(frame?.getAttribute('tabindex')).toBe('0');
    expect(frame?.getAttribute('aria-label')).toBe('Table');
    expect(root.querySelector('table')?.innerHTML).toBe(
      '<thead><tr><th align="center">a</th><th align="right">b</th></tr></thead>' +
        '<tbody><tr><td align="center">1</td><td align="right">2</td></tr></tbody>',
    );
  });

  test('a task list has disabled checkboxes', async () => {
    const boxes = (await show('- [ ] to do\n- [x] done')).querySelectorAll('input');
    expect([...boxes].map(({ disabled, checked }) => [disabled, checked])).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  test('an ordered list starts at its number', async () => {
    expect((await show('3. three\n4. four')).querySelector('ol')?.start).toBe(3);
  });

  test('a details element contains Markdown', async () => {
    const root = await show(
      '<details>\n<summary>More *here*</summary>\n\n- one\n\n`two`\n\n</details>\n\nafter',
    );
    expect(root.innerHTML).toBe(
      '<details dir="auto"><summary>More <em>here</em></summary><ul><li><span>one</span></li></ul>' +
        '<p><code>two</code></p></details><p dir="auto">after</p>',
    );
  });

  test('HTML entities are decoded outside code', async () => {
    expect((await show('&copy; &lt;b&gt; &amp;amp; &nosuch; &#65; `&lt;`')).textContent).toBe(
      '© <b> &amp; &nosuch; A &lt;',
    );
  });

  test('every block takes its direction from its first letter', async () => {
    const root = await show('שלום\n\n- مرحبا\n\n> x\n\n```\ncode\n```');
    expect([...root.children].map((block) => block.getAttribute('dir'))).toEqual([
      'auto',
      'auto',
      'auto',
      'auto',
    ]);
    expect(root.querySelector('pre')?.dir).toBe('ltr');
  });
});

describe('code blocks', () => {
  test('a code block names its language and is highlighted', async () => {
    const root = await show('```ts title="a.ts"\nconst a = 1;\n```');
    expect(root.querySelector('.md-code-header span')?.textContent).toBe('ts');
    expect(root.querySelector('code')?.innerHTML).toContain('<span class="hljs-keyword">const</span>');
  });

  test('highlighted code has the class names of highlight.js themes', async () => {
    const root = await show('```js\nfunction go() {}\n```');
    expect(root.querySelector('.hljs-title')?.className).toBe('hljs-title function_');
  });

  test.each(['nosuchlanguage', '__proto__', 'constructor', ''])(
    'code in the unknown language "%s" is not highlighted',
    async (language) => {
      const root = await show(`\`\`\`${language}\nconst a = 1;\n\`\`\``);
      expect(root.querySelector('code')?.innerHTML).toBe('const a = 1;');
    },
  );

  test('escaped characters in highlighted code are shown as themselves', async () => {
    const root = await show('```js\nif (a < b && c > d) e = "&amp;" + \'<b>\';\n```');
    expect(root.querySelector('code')?.textContent).toBe('if (a < b && c > d) e = "&amp;" + \'<b>\';');
    expect(root.querySelector('code .hljs-string')?.textContent).toBe('"&amp;"');
  });

  test('code that is very long or has a very long line is not highlighted', async () => {
    const long = 'const a = 1;\n'.repeat(3_000).trimEnd();
    const wide = `const a = "${'x'.repeat(3_000)}";`;
    const root = await show(`\`\`\`js\n${long}\n\`\`\`\n\n\`\`\`js\n${wide}\n\`\`\``);
    expect([...root.querySelectorAll('pre')].map((code) => code.textContent)).toEqual([long, wide]);
    expect(root.querySelector('[class^=hljs]')).toBeNull();
  });

  describe('buttons', () => {
    const source = 'Look:\n\n```js\nconst a = 1;\n```\n';

    afterEach(() => getSelection()?.removeAllRanges());

    test('the copy button copies the code and says so', async () => {
      const user = userEvent.setup();
      const copyText = jest.fn((_text: string) => Promise.resolve(true));
      render(Markdown, { text: source, options: { ...options, copyText } });
      await user.click(await screen.findByRole('button', { name: 'Copy' }));
      expect(await screen.findByRole('button', { name: 'Copied' })).toBeTruthy();
      expect(copyText).toHaveBeenCalledWith('const a = 1;');
    });

    test('the code is selected where the page may not copy', async () => {
      const user = userEvent.setup();
      const copyText = () => Promise.resolve(false);
      render(Markdown, { text: source, options: { ...options, copyText } });
      await whenIdle();
      await user.click(await screen.findByRole('button', { name: 'Copy' }));
      expect(await screen.findByRole('button', { name: 'Press Ctrl+C' })).toBeTruthy();
      expect(getSelection()?.toString()).toBe('const a = 1;');
    });

    test('the wrap button wraps long lines', async () => {
      const user = userEvent.setup();
      render(Markdown, { text: source, options });
      const button = await screen.findByRole('button', { name: 'Wrap' });
      expect(button.getAttribute('aria-pressed')).toBe('false');
      await user.click(button);
      expect(button.getAttribute('aria-pressed')).toBe('true');
      expect(button.closest('.md-code')?.classList.contains('md-wrapped')).toBe(true);
    });
  });
});

test('a changed text replaces the old one', async () => {
  const { rerender, container } = render(Markdown, { text: 'one **two**', options });
  await rerender({ text: 'three', streaming: false, options });
  await whenIdle();
  expect(container.textContent).toBe('three');
});
