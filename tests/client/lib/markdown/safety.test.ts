import { describe, expect, test } from '@jest/globals';

import { foreign } from './disallowedMarkup.ts';
import { openView, show } from './renderText.ts';
import { payloads } from './hostilePayloads.ts';

describe('nothing in a message becomes more than a message', () => {
  for (const [name, text] of Object.entries(payloads)) {
    test(name, async () => {
      expect(foreign(await show(text))).toEqual([]);
    });

    test(`${name}, letter by letter`, () => {
      const { root, view } = openView();
      for (let end = 1; end <= text.length; end += 1) {
        view.update(text.slice(0, end), true);
        expect(foreign(root)).toEqual([]);
      }
    });
  }

  test('the list of what may be there is not simply everything', () => {
    const root = document.createElement('div');
    root.innerHTML =
      '<p id="x" style="color:red"><a href="javascript:1">y</a><img src="https://e.example/"></p>';
    expect(foreign(root)).toHaveLength(4);
  });
});

describe('what was hostile can still be read', () => {
  test('a script is shown as it was written', async () => {
    expect((await show('Hello <script>alert(1)</script>')).textContent).toBe(
      'Hello <script>alert(1)</script>',
    );
  });

  test('a link that may not be followed leaves its words', async () => {
    const root = await show('see [the page](javascript:alert(1)) and [that](/admin)');
    expect(root.textContent).toBe('see the page and that');
    expect(root.querySelector('a')).toBeNull();
  });

  test('a link opens elsewhere, and tells nobody where it was', async () => {
    const link = (await show('[x](https://e.example/a?b=1&amp;c=2 "Title")')).querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://e.example/a?b=1&c=2');
    expect(link?.title).toBe('Title');
    expect(link?.target).toBe('_blank');
    expect(link?.rel).toBe('noopener noreferrer nofollow');
  });

  test('an image elsewhere is a link that names its host, and is not loaded', async () => {
    const root = await show('![A chart](https://pictures.example/chart.png?d=secret)');
    expect(root.querySelector('img')).toBeNull();
    const link = root.querySelector('a');
    expect(link?.textContent).toBe('A chartpictures.example');
    expect(link?.getAttribute('href')).toBe('https://pictures.example/chart.png?d=secret');
    expect(link?.rel).toBe('noopener noreferrer nofollow');
  });

  test('an image written out in the message is shown', async () => {
    const source = 'data:image/png;base64,iVBORw0KGgo=';
    const image = (await show(`![dot](${source})`)).querySelector('img');
    expect(image?.getAttribute('src')).toBe(source);
    expect(image?.alt).toBe('dot');
  });

  test('an image inside a link is only its words, as a link holds no link', async () => {
    const root = await show('[![build **passing**](https://i.example/b.svg)](https://e.example)');
    expect(root.querySelectorAll('a')).toHaveLength(1);
    expect(root.querySelector('a')?.href).toBe('https://e.example/');
  });

  test('harmless elements stay, without their attributes', async () => {
    const root = await show(
      '<kbd class="fixed" onclick="x()">Ctrl</kbd> H<sub id="a">2</sub>O <b>bold *and* more',
    );
    expect(root.querySelector('p')?.innerHTML).toBe(
      '<kbd>Ctrl</kbd> H<sub>2</sub>O <b>bold <em>and</em> more</b>',
    );
  });

  test('code is text, coloured or not', async () => {
    const root = await show('```html\n<script>alert("&lt;")</script>\n```');
    expect(root.querySelector('code')?.textContent).toBe('<script>alert("&lt;")</script>');
    expect(root.querySelector('code .hljs-tag')).not.toBeNull();
  });
});
