/** Markdown in which later text changes the meaning of earlier text, or in which the end of a block is unclear. */
export const sampleDocuments: Record<string, string> = {
  'a plain paragraph': 'One sentence. Another one, with 3.14 and a comma; nothing else in it.\n',
  'headings next to paragraphs':
    '# One\nText right below.\n## Two\nMore text\n### Three ###\n\nSetext\n======\nAnd more\n---\nEnd',
  'all kinds of emphasis':
    'A **bold** word, an *italic* one, ***both***, __bold__ and _italic_, ~~gone~~, snake_case_word, 2 * 3 * 4, **open\nand *never closed.\n\nNext `code` and ``co`de`` and `open',
  'tight and loose lists':
    '- one\n- two\n  continued\n- three\n\nBetween.\n\n- one\n- two\n\n- three makes it loose\n\n1. a\n2. b\n\n   second paragraph\n3. c\n\nAfter.\n',
  'nested lists':
    '1. First\n   - inner **bold**\n     - deeper\n   - inner 2\n2. Second\n\n   ```js\n   const x = 1;\n\n   const y = 2;\n   ```\n3. Third\nlazy line\n* other list\n* here\n+ and another\n10) ten\n',
  'task lists': '- [ ] to do\n- [x] done **well**\n- [X] also\n- plain\n\n- [ ] loose\n\n- [x] loose too\n',
  'a table after a paragraph':
    'Look:\n| a | b | c |\n|:--|:-:|--:|\n| 1 | `x|y` | **3** |\n| only one |\n| a \\| b | $x$ | [l](https://example.com) |\n\nAfter the table.\n| no | table |\n',
  'a table and a list without an empty line between them':
    '| a | b |\n|---|---|\n| 1 | 2 |\n- item\n- item 2\n> quote\nlazy\n\n> again\n> - in a quote\n> more\n',
  'code fences':
    'Before\n```python\ndef f(x):\n    return x  # **no**\n\n\n```\nAfter\n~~~\ntildes ``` inside\n~~~\n````md\n```js\nlet a;\n```\n````\n\n    indented\n\n    code\n\nend\n```ts\nunclosed\n  `` almost\n ```x\n',
  'a fence that never ends': 'Text\n\n```js\nconst a = "`";\n\n\nlet b;\n\n',
  'block quotes': '> A quote\nwith a lazy line\n>\n> > nested\n> > more\n\n> new one\n\nText\n> interrupts\n',
  'reference links':
    'See [the docs][docs], [Docs], ![img][docs] and [undefined][nope].\n\n- [docs] in a list\n\n> [1] quoted\n\nText between with [foo bar][].\n\n[docs]: https://example.com/docs "Title"\n[1]: https://example.com/1\n[Docs]: https://example.com/second\n\n[foo\nbar]: <https://example.com/foo bar>\n\nLater [1] and [docs] again.\n',
  'an invalid definition': 'Read [this].\n\n[this]: https://example.com/a b c\n\nand [that]\n\n[that]: \n',
  formulas:
    'Euler: $e^{i\\pi} + 1 = 0$ and \\(a_1*b_1\\) cost $5 and $6.\n\n$$\n\\int_0^1 x\\,dx = \\frac{1}{2}\n$$\n\nwhere\n\\[\na\n= b\n- c\n\\]\nholds. **Bold $a*b$ text** `$x$` and $$inline$$ here. \\[x\\] and $20, she has 30$.\n\n$$ unclosed\n\ntext $HOME/$USER\n',
  'harmless html':
    'Press <kbd>Ctrl</kbd>+<kbd>C</kbd>, H<sub>2</sub>O, x<sup>2</sup>, <b>bold **both**</b>, a<br>b <u>open\n\n<b>\nblock\n</b>\n\n<!-- a comment\n\nover lines --> after\n\n<span onclick="x">no</span> <i class="a">yes</i> &amp; &copy; &lt;b&gt; &nosuch; &#65;\n',
  'details elements':
    '<details>\n<summary>More **here**</summary>\n\nInside *text*\n\n```html\n</details>\n```\n\n<details open><summary>Inner</summary>\n\ndeep\n\n</details>\n\n- list\n\n</details>\n\nOutside.\n\n<details>\n<summary>never closed</summary>\n\nend',
  'hostile html':
    '<script>alert(1)</script>\n\n<div onclick="a()">\n\ntext\n\n</div>\n\n<iframe src="https://evil.example"></iframe> <svg><a href="javascript:x">y</a></svg> <img src=x onerror=alert(1)>\n\n<style>\n* { display: none }\n\n</style> after\n',
  'links and images':
    '<https://example.com> https://example.com/a_b_c?x=1&y=2. www.example.com, me@example.com [a](javascript:x) [b](/path) [c](https://e.example "t") ![alt](https://img.example/x.png) [![badge](https://img.example/b.svg)](https://e.example) [**bold** `code`](https://e.example)\n',
  'rules and line breaks': 'a\n***\nb  \nc\\\nd\n- - -\n___\n\n* * *\ntext\n\n--\n---\n',
  'windows line endings': 'One\r\ntwo\r\n\r\n- a\r\n- b\r\n\r\n```\r\ncode\r\n```\r\nend\r',
  'right to left': 'שלום עולם **מודגש**\n\n- مرحبا\n- hello\n\nmixed عربي text\n',
  'unusual whitespace': '\n\n   \n  indented\n\n\n\n- a\n\n\n- b\n\n \t \n\ttab code\n\nend \n  \n',
  emoji: 'Flags 🇩🇪 and families 👨‍👩‍👧‍👦, **😀**, a͏b, zero​width\n',
  'indented definitions in lists':
    '- [x]: https://example.com/x\n- see [x]\n\n[x] outside\n\n> [y]: https://example.com/y\n\n[y] [x]\n',
};
