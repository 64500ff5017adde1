import type { TokenOf } from '../lexer/tokens.ts';
import type { MarkdownLabels } from '../options.ts';
import { codeButtons } from './codeButtons.ts';
import { CodeText } from './codeText.ts';
import { highlight } from './highlight.ts';

/** Characters of a language name that are shown. */
const maxLanguageLabel = 24;
/** Growing code is highlighted again whenever it is longer by this factor, up to so many characters. */
const highlightGrowth = 1.2;
const maxGrowingHighlight = 4_000;
/** Characters at which growing code is highlighted first. */
const firstHighlight = 80;

/** A code block with its language and its buttons. Its text may grow. */
export class CodeBlock {
  readonly element = document.createElement('div');
  readonly #language: string;
  readonly #code: CodeText;
  /** The text Markdown lexed last, which is sometimes a line break behind what is shown. */
  #lexed = '';
  #isHighlighted = false;
  /** Characters at which growing code is highlighted next. */
  #nextHighlight = firstHighlight;

  constructor(token: TokenOf<'code'>, labels: MarkdownLabels) {
    this.#language = token.lang?.split(/[\s{,]/, 1)[0]?.toLowerCase() ?? '';
    this.element.className = 'md-code';
    const pre = document.createElement('pre');
    pre.tabIndex = 0;
    pre.dir = 'ltr';
    this.#code = new CodeText(pre);
    this.element.append(this.#header(labels), pre);
    this.update(token);
  }

  /** Shows the text of `token`, highlighted if it is complete. */
  update(token: TokenOf<'code'>): void {
    this.#lexed = token.text;
    if (isClosed(token)) this.finalize();
    else if (token.text.startsWith(this.#shown)) this.append(token.text.slice(this.#shown.length));
    // The last line break is on the page already, while Markdown adds it only with the next line.
    else if (this.#shown !== `${token.text}\n`) this.#replace(token.text);
  }

  /** Shows exactly the text that Markdown lexed, which is complete now, highlighted. */
  finalize(): void {
    if (this.#shown !== this.#lexed) {
      if (this.#lexed.startsWith(this.#shown)) this.#code.append(this.#lexed.slice(this.#shown.length));
      else this.#replace(this.#lexed);
      this.#isHighlighted = false;
    }
    if (this.#isHighlighted) return;
    this.#isHighlighted = true;
    const text = this.#shown;
    const canHighlight = highlight(text, this.#language, (highlighted) => {
      // The text may have grown since, when what looked like its end was not.
      const isCurrent = () => text === this.#shown;
      if (isCurrent()) this.#code.highlight(highlighted, isCurrent);
    });
    // It has become too long since its beginning was highlighted.
    if (!canHighlight) this.#code.removeHighlighting();
  }

  /** Appends to the end. Markdown omits the last line break of a code block, which `startsLine` adds. */
  append(text: string, startsLine = false): void {
    const isBreakMissing = startsLine && this.#shown !== '' && !this.#shown.endsWith('\n');
    this.#code.append(isBreakMissing ? `\n${text}` : text);
    this.#isHighlighted = false;
    this.#highlightGrowing();
  }

  /** Highlights the complete lines once there are enough new ones. */
  #highlightGrowing(): void {
    if (this.#shown.length < this.#nextHighlight || this.#shown.length > maxGrowingHighlight) return;
    this.#nextHighlight = this.#shown.length * highlightGrowth;
    const lines = this.#shown.slice(0, this.#shown.lastIndexOf('\n') + 1);
    highlight(lines, this.#language, (highlighted) => {
      if (this.#isHighlighted || !this.#shown.startsWith(lines)) return;
      const [beginning] = highlighted([lines.length]);
      if (beginning) this.#code.highlightBeginning(beginning, this.#shown.slice(lines.length));
    });
  }

  get #shown(): string {
    return this.#code.text;
  }

  #replace(text: string): void {
    this.#code.clear();
    this.#code.append(text);
  }

  #header(labels: MarkdownLabels): HTMLElement {
    const header = document.createElement('div');
    header.className = 'md-code-header';
    const language = document.createElement('span');
    language.textContent = this.#language.slice(0, maxLanguageLabel);
    header.append(language, ...codeButtons(labels));
    return header;
  }
}

const isClosed = ({ raw, codeBlockStyle }: TokenOf<'code'>): boolean =>
  codeBlockStyle === 'indented' || /\n {0,3}(?:`{3,}|~{3,})[ \t]*\n*$/.test(raw);
