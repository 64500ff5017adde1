import type { MarkedToken } from 'marked';

/** A formula. `block` ones stand alone between paragraphs, the others in a line of text. */
export interface MathsToken {
  type: 'maths';
  raw: string;
  tex: string;
  /** Set large and on a line of its own. */
  display: boolean;
  block: boolean;
}

/** `<details>` with Markdown inside: the one HTML element that folds, and that models write. */
export interface DetailsToken {
  type: 'details';
  raw: string;
  open: boolean;
  summary: SummaryToken;
  tokens: MarkdownToken[];
}

export interface SummaryToken {
  type: 'summary';
  raw: string;
  tokens: MarkdownToken[];
}

/** A harmless inline element of HTML, such as `<kbd>`, with what stands between its two tags. */
export interface TagToken {
  type: 'tag';
  raw: string;
  tag: string;
  tokens: MarkdownToken[];
}

/** The head of a table, or its body. */
export interface RowsToken {
  type: 'rows';
  raw: string;
  isHead: boolean;
  tokens: RowToken[];
}

export interface RowToken {
  type: 'row';
  raw: string;
  tokens: CellToken[];
}

export interface CellToken {
  type: 'cell';
  raw: string;
  isHead: boolean;
  align: 'left' | 'center' | 'right' | null;
  tokens: MarkdownToken[];
}

/** Everything a message can be made of: what marked finds, and what this folder adds to it. */
export type MarkdownToken =
  MarkedToken | MathsToken | DetailsToken | SummaryToken | TagToken | RowsToken | RowToken | CellToken;

export type TokenOf<Type extends MarkdownToken['type']> = Extract<MarkdownToken, { type: Type }>;
