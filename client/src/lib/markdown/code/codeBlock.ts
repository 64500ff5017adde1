import { t } from '../../../i18n/t.ts';
import type { TokenOf } from '../lexer/tokens.ts';
import { highlight } from './highlight.ts';

/** Characters of one text node. Adding to a text node costs its length, so a long listing gets several. */
const maxTextNode = 4_096;
/** Characters of a language's name that are shown. */
const maxLabel = 24;
/** While a listing grows it is coloured again each time it is longer by this factor, up to so many characters. */
const growth = 1.2;
const maxGrowing = 4_000;

/** A listing with its language and a button to copy it. Its text may grow. */
export class CodeBlock {
  readonly element = document.createElement('div');
  readonly #code = document.createElement('code');
  readonly #language: string;
  /** What is shown, and what Markdown last read, which is sometimes a line break behind. */
  #text = '';
  #read = '';
  #isColoured = false;
  /** Characters at which a growing listing is coloured next. */
  #nextColouring = 80;

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
    this.#read = token.text;
    if (isClosed(token)) this.settle();
    else if (token.text.startsWith(this.#text)) this.append(token.text.slice(this.#text.length));
    // Its last line break is there already, and Markdown waits for the next line to see it.
    else if (this.#text !== `${token.text}\n`) this.#replace(token.text);
  }

  /** The text is complete: shows exactly what Markdown read, in colour. */
  settle(): void {
    if (this.#text !== this.#read) {
      if (this.#read.startsWith(this.#text)) this.#add(this.#read.slice(this.#text.length));
      else this.#replace(this.#read);
      this.#isColoured = false;
    }
    if (this.#isColoured) return;
    this.#isColoured = true;
    const text = this.#text;
    const isColourable = highlight(text, this.#language, (coloured) => {
      // It may turn out to go on, when what looked like its end was none.
      if (text === this.#text) this.#code.replaceChildren(coloured);
    });
    // It has become too long since its beginning was coloured.
    if (!isColourable && this.#code.firstElementChild) this.#replace(text);
  }

  /** Adds to the end. Markdown leaves out the last line break of a listing, which `beginsLine` brings back. */
  append(text: string, beginsLine = false): void {
    const isBreakMissing = beginsLine && this.#text !== '' && !this.#text.endsWith('\n');
    this.#add(isBreakMissing ? `\n${text}` : text);
    this.#isColoured = false;
    this.#colourSoFar();
  }

  /** Colours the lines that are complete, when there are enough new ones. */
  #colourSoFar(): void {
    if (this.#text.length < this.#nextColouring || this.#text.length > maxGrowing) return;
    this.#nextColouring = this.#text.length * growth;
    const lines = this.#text.slice(0, this.#text.lastIndexOf('\n') + 1);
    highlight(lines, this.#language, (coloured) => {
      if (this.#isColoured || !this.#text.startsWith(lines)) return;
      this.#code.replaceChildren(coloured, this.#text.slice(lines.length));
    });
  }

  #add(more: string): void {
    if (more === '') return;
    this.#text += more;
    const last = this.#code.lastChild;
    if (last instanceof Text && last.length < maxTextNode) last.appendData(more);
    else this.#code.append(more);
  }

  #replace(text: string): void {
    this.#text = text;
    this.#code.textContent = text;
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
