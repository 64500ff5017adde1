import { describe, expect, test } from '@jest/globals';
import { findDisallowed } from './disallowedMarkup.ts';
import { openView, show } from './renderText.ts';
import { hostilePayloads } from './hostilePayloads.ts';

describe('hostile texts', () => {
  for (const [name, text] of Object.entries(hostilePayloads)) {
    test(`${name}: adds only allowed markup to the page`, async () => {
      expect(findDisallowed(await show(text))).toEqual([]);
    });

    test(`${name}: adds only allowed markup when streamed letter by letter`, () => {
      const { root, view } = openView();
      for (let end = 1; end <= text.length; end += 1) {
        view.update(text.slice(0, end), true);
        expect(findDisallowed(root)).toEqual([]);
      }
    });
  }

  test('the check reports markup that is not allowed', () => {
    const root = document.createElement('div');
    root.innerHTML =
      '<p id="x" style="color:red"><a href="javascript:1">y</a><img src="https://e.example/"></p>';
    expect(findDisallowed(root)).toHaveLength(4);
  });
});

describe('readability of hostile texts', () => {
  test('a script is shown as text', async () => {
    expect((await show('Hello <script>alert(1)</script>')).textContent).toBe(
      'Hello <script>alert(1)</script>',
    );
  });

  test('an unsafe link is shown as its text', async () => {
    const root = await show('see [the page](javascript:alert(1)) and [that](/admin)');
    expect(root.textContent).toBe('see the page and that');
    expect(root.querySelector('a')).toBeNull();
  });

  test('a link opens in a new tab without a referrer', async () => {
    const link = (await show('[x](https://e.example/a?b=1&amp;c=2 "Title")')).querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://e.example/a?b=1&c=2');
    expect(link?.title).toBe('Title');
    expect(link?.target).toBe('_blank');
    expect(link?.rel).toBe('noopener noreferrer nofollow');
  });

  test('a remote image is a link that names its host, and is not loaded', async () => {
    const root = await show('![A chart](https://pictures.example/chart.png?d=secret)');
    expect(root.querySelector('img')).toBeNull();
    const link = root.querySelector('a');
    expect(link?.textContent).toBe('A chartpictures.example');
    expect(link?.getAttribute('href')).toBe('https://pictures.example/chart.png?d=secret');
    expect(link?.rel).toBe('noopener noreferrer nofollow');
  });

  test('an embedded image is shown', async () => {
    const source = 'data:image/png;base64,iVBORw0KGgo=';
    const image = (await show(`![dot](${source})`)).querySelector('img');
    expect(image?.getAttribute('src')).toBe(source);
    expect(image?.alt).toBe('dot');
  });

  test('an image inside a link is shown as its text, because links cannot be nested', async () => {
    const root = await show('[![build **passing**](https://i.example/b.svg)](https://e.example)');
    expect(root.querySelectorAll('a')).toHaveLength(1);
    expect(root.querySelector('a')?.href).toBe('https://e.example/');
  });

  test('harmless elements are kept without their attributes', async () => {
    const root = await show(
      '<kbd class="fixed" onclick="x()">Ctrl</kbd> H<sub id="a">2</sub>O <b>bold *and* more',
    );
    expect(root.querySelector('p')?.innerHTML).toBe(
      '<kbd>Ctrl</kbd> H<sub>2</sub>O <b>bold <em>and</em> more</b>',
    );
  });

  test('highlighted code is only text', async () => {
    const root = await show('```html\n<script>alert("&lt;")</script>\n```');
    expect(root.querySelector('code')?.textContent).toBe('<script>alert("&lt;")</script>');
    expect(root.querySelector('code .hljs-tag')).not.toBeNull();
  });
});
