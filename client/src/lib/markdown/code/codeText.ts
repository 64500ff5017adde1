import { hasTime, runLater, spend } from '../scheduler.ts';

/** Characters of one text node. Appending to a text node costs its length, so long code gets several. */
const maxTextNode = 4_096;
/** Characters of one section. The browser lays out each section by itself, so a long text is not laid out at once. */
const sectionLength = 4_000;
/** Weight of a character of code, in the units of `lexer/weight.ts`. */
const characterWeight = 0.5;
/** The same for highlighted code, in which every other character may be an element. */
const highlightedWeight = 3;

/**
 * The text of a code block, as `code` elements of whole lines below each other: one, or several for a long text. A
 * long text appears over several frames.
 */
export class CodeText {
  readonly #pre: HTMLElement;
  /** All of the text, and how much of it is on the page. */
  #text = '';
  #shownLength = 0;
  /** Where the last section starts. */
  #lastStart = 0;
  #isFilling = false;

  constructor(pre: HTMLElement) {
    this.#pre = pre;
    this.clear();
  }

  get text(): string {
    return this.#text;
  }

  get #last(): HTMLElement {
    return this.#pre.lastElementChild as HTMLElement;
  }

  clear(): void {
    this.#text = '';
    this.#shownLength = 0;
    this.#lastStart = 0;
    this.#pre.replaceChildren(document.createElement('code'));
  }

  append(more: string): void {
    this.#text += more;
    if (!this.#isFilling) this.#fill();
  }

  /**
   * Replaces the text by highlighted text: the first section now, the others in later frames while `isCurrent`.
   * `contentsOf` returns the contents of the sections that end at the given positions.
   */
  highlight(contentsOf: (ends: readonly number[]) => readonly Node[], isCurrent: () => boolean): void {
    while (this.#shownLength < this.#text.length) this.#addSection();
    const sections = [...this.#pre.children];
    let end = 0;
    const contents = contentsOf(sections.map((section) => (end += section.textContent.length)));
    const replaceFrom = (at: number): void => {
      const content = contents[at];
      if (!content || !isCurrent()) return;
      spend((content.textContent?.length ?? 0) * highlightedWeight);
      sections[at]?.replaceChildren(content);
      if (at + 1 < contents.length) runLater(() => replaceFrom(at + 1));
    };
    replaceFrom(0);
  }

  /** Replaces the beginning of a text of one section by `highlighted`; `rest` is what follows. */
  highlightBeginning(highlighted: Node, rest: string): void {
    if (this.#pre.childElementCount === 1) this.#last.replaceChildren(highlighted, rest);
  }

  /** Shows the text without highlighting. */
  removeHighlighting(): void {
    for (const section of this.#pre.children) {
      if (section.firstElementChild) section.replaceChildren(section.textContent);
    }
  }

  #fill(): void {
    this.#isFilling = false;
    do this.#addSection();
    while (this.#shownLength < this.#text.length && hasTime());
    if (this.#shownLength === this.#text.length) return;
    this.#isFilling = true;
    runLater(() => this.#fill());
  }

  /** Shows as much of the text as fits into the last section; starts another one if there is more. */
  #addSection(): void {
    const end = this.#endOfSection();
    if (this.#shownLength > end) {
      // Shown before it was known that the section ends above its last line.
      this.#removeEnd(end);
    } else this.#add(this.#text.slice(this.#shownLength, end));
    if (end === this.#text.length) return;
    this.#lastStart = end;
    this.#pre.append(document.createElement('code'));
  }

  /** A section ends at a line break, if there is one in it. Depends on the text alone, not on how it arrived. */
  #endOfSection(): number {
    const max = this.#lastStart + sectionLength;
    if (this.#text.length <= max) return this.#text.length;
    const lineEnd = this.#text.lastIndexOf('\n', max - 1) + 1;
    if (lineEnd > this.#lastStart) return lineEnd;
    return /[\uDC00-\uDFFF]/.test(this.#text.charAt(max)) ? max - 1 : max;
  }

  /** Removes what the last section shows beyond `end`. */
  #removeEnd(end: number): void {
    const last = this.#last.lastChild;
    const excess = this.#shownLength - end;
    if (last instanceof Text && last.length >= excess) last.deleteData(last.length - excess, excess);
    else this.#last.replaceChildren(this.#text.slice(this.#lastStart, end));
    this.#shownLength = end;
  }

  #add(more: string): void {
    if (more === '') return;
    this.#shownLength += more.length;
    spend(more.length * characterWeight);
    const last = this.#last.lastChild;
    if (last instanceof Text && last.length < maxTextNode) last.appendData(more);
    else this.#last.append(more);
  }
}
