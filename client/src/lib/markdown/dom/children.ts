import { inlineTokensOf } from '../lexer/blockLexer.ts';
import type { InlineParent } from '../lexer/blockLexer.ts';
import { htmlBlockTokens, nestTags } from '../lexer/inlineHtml.ts';
import type { CellToken, MarkdownToken, RowsToken, RowToken, TokenOf } from '../lexer/tokens.ts';

/** Closes the syntax that is open at the end of a text. */
export type Complete = (source: string) => string;

export const blockChildren = ({ tokens }: { tokens: readonly object[] }): MarkdownToken[] =>
  tokens as MarkdownToken[];

/** The text of a block is lexed here, when it is first needed. */
export const inlineChildren = (
  { text, tokens = [] }: Partial<InlineParent>,
  complete?: Complete,
): MarkdownToken[] => nestTags(inlineTokensOf({ text: text ?? '', tokens }, complete));

export const inlineHtmlChildren = ({ raw, block }: TokenOf<'html'>): MarkdownToken[] =>
  block ? htmlBlockTokens(raw) : [];

/** An image is shown as a link, and a link cannot hold another one: only the text of the image is kept. */
export const linkChildren = ({ tokens }: TokenOf<'link'>): MarkdownToken[] =>
  withoutImages(nestTags(tokens as MarkdownToken[]));

function withoutImages(tokens: MarkdownToken[]): MarkdownToken[] {
  return tokens.map((token): MarkdownToken => {
    if (token.type === 'image') return { type: 'text', raw: token.raw, text: token.text };
    if (!('tokens' in token) || !token.tokens) return token;
    return { ...token, tokens: withoutImages(token.tokens as MarkdownToken[]) } as MarkdownToken;
  });
}

export const tableRows = ({ header, rows }: TokenOf<'table'>): RowsToken[] => [
  rowsToken([header], true),
  rowsToken(rows, false),
];

function rowsToken(rows: TokenOf<'table'>['rows'], isHead: boolean): RowsToken {
  const tokens = rows.map((cells): RowToken => {
    const row = cells.map(({ text, tokens: inline, align }): CellToken => ({
      type: 'cell',
      raw: `${align} ${text}`,
      text,
      isHead,
      align,
      tokens: inline as MarkdownToken[],
    }));
    return { type: 'row', raw: rawOf(row), tokens: row };
  });
  return { type: 'rows', raw: rawOf(tokens), isHead, tokens };
}

const rawOf = (tokens: readonly MarkdownToken[]): string => tokens.map(({ raw }) => raw).join('|');
