import { t } from '../../../i18n/t.ts';
import type { TokenOf } from '../lex/tokens.ts';
import { highlight } from './highlight.ts';

/** Characters of one text node. Adding to a text node costs its length, so a long listing gets several. */
const maxTextNode = 4_096;
/** Characters of a language's name that are shown. */
const maxLabel = 24;

/** A listing with its language and a button to copy it. Its text may grow. */
export class CodeBlock {
  readonly element = document.createElement('div');
  readonly #code = document.createElement('code');
  readonly #language: string;
  #text = '';
  #isColoured = false;

  constructor(token: TokenOf<'code'>) {
    this.#language = token.lang?.split(/[\s{,]/, 1)[0]?.toLowerCase() ?? '';
    this.element.className = 'md-code';
    const pre = document.createElement('pre');
    pre.tabIndex = 0;
    pre.dir = 'ltr';
    pre.append(this.#code);
    this.element.append(this.#bar(), pre);
    this.update(token);
  }

  /** Shows the text of `token`, and colours it when it is complete. */
  update(token: TokenOf<'code'>): void {
    const isLonger = token.text.startsWith(this.#text) && !this.#isColoured;
    if (isLonger) this.append(token.text.slice(this.#text.length));
    else {
      this.#text = token.text;
      this.#isColoured = false;
      this.#code.textContent = token.text;
    }
    if (isClosed(token)) this.colour();
  }

  /** Adds to the end. Markdown leaves out the last line break of a listing, which `beginsLine` brings back. */
  append(text: string, beginsLine = false): void {
    const isBreakMissing = beginsLine && this.#text !== '' && !this.#text.endsWith('\n');
    const more = isBreakMissing ? `\n${text}` : text;
    if (more === '') return;
    this.#text += more;
    const last = this.#code.lastChild;
    if (last instanceof Text && last.length < maxTextNode) last.appendData(more);
    else this.#code.append(more);
  }

  /** Colours the text as it is now. */
  colour(): void {
    if (this.#isColoured) return;
    this.#isColoured = true;
    const text = this.#text;
    highlight(text, this.#language, (coloured) => {
      // It may have grown while its language was loaded.
      if (text === this.#text) this.#code.replaceChildren(coloured);
    });
  }

  #bar(): HTMLElement {
    const bar = document.createElement('div');
    bar.className = 'md-code-bar';
    const label = document.createElement('span');
    label.textContent = this.#language.slice(0, maxLabel);
    bar.append(label, button('wrap', t('markdown.wrap')), button('copy', t('markdown.copy')));
    return bar;
  }
}

/** What is pressed is found by `data-code`; see codeActions.ts. */
function button(action: 'wrap' | 'copy', words: string): HTMLElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.dataset['code'] = action;
  made.textContent = words;
  if (action === 'wrap') made.setAttribute('aria-pressed', 'false');
  return made;
}

const isClosed = ({ raw, codeBlockStyle }: TokenOf<'code'>): boolean =>
  codeBlockStyle === 'indented' || /\n {0,3}(?:`{3,}|~{3,})[ \t]*\n*$/.test(raw);
