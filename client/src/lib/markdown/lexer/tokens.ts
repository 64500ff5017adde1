import type { MarkedToken } from 'marked';

/** A formula. A `block` formula stands alone between paragraphs, any other one inside a line of text. */
export interface MathToken {
  type: 'math';
  raw: string;
  tex: string;
  /** Typeset large and on a separate line. */
  display: boolean;
  block: boolean;
}

/** `<details>` with Markdown inside: the only HTML block that models often write. */
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
  text: string;
  tokens: MarkdownToken[];
}

/** A harmless inline HTML element, such as `<kbd>`, with the content between its two tags. */
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
  text: string;
  isHead: boolean;
  align: 'left' | 'center' | 'right' | null;
  tokens: MarkdownToken[];
}

/** Every token of a text: those of marked, and those this library adds. */
export type MarkdownToken =
  MarkedToken | MathToken | DetailsToken | SummaryToken | TagToken | RowsToken | RowToken | CellToken;

export type TokenType = MarkdownToken['type'];

export type TokenOf<Type extends TokenType> = Extract<MarkdownToken, { type: Type }>;
