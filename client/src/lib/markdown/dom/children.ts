import { inlineOf } from '../lexer/blockLexer.ts';
import type { CellToken, MarkdownToken, RowsToken, RowToken, TokenOf } from '../lexer/tokens.ts';
import { nestTags, tokensOfHtml } from '../lexer/inlineHtml.ts';

type Heal = (source: string) => string;

/** What is inside a token, as tokens. Text of a block is lexed here, when it is first asked for. */
export function childrenOf(token: MarkdownToken, heal?: Heal): MarkdownToken[] {
  switch (token.type) {
    case 'list':
      return token.items;
    case 'table':
      return rowsOf(token);
    case 'html':
      return token.block ? tokensOfHtml(token.raw) : [];
    case 'details':
      return [token.summary, ...token.tokens];
    case 'list_item':
    case 'blockquote':
      return token.tokens as MarkdownToken[];
    case 'paragraph':
    case 'heading':
    case 'summary':
    case 'cell':
      return nestTags(inlineOf(token.tokens, heal));
    case 'text':
      return token.tokens ? nestTags(inlineOf(token.tokens, heal)) : [];
    case 'link':
      return withoutImages(nestTags(token.tokens as MarkdownToken[]));
    case 'strong':
    case 'em':
    case 'del':
      return nestTags(token.tokens as MarkdownToken[]);
    case 'tag':
    case 'rows':
    case 'row':
      return token.tokens;
    default:
      return [];
  }
}

function rowsOf({ header, rows }: TokenOf<'table'>): RowsToken[] {
  return [rowsToken([header], true), rowsToken(rows, false)];
}

function rowsToken(rows: TokenOf<'table'>['rows'], isHead: boolean): RowsToken {
  const tokens = rows.map((cells): RowToken => {
    const row = cells.map(({ text, tokens, align }): CellToken => ({
      type: 'cell',
      raw: `${align} ${text}`,
      isHead,
      align,
      tokens: tokens as MarkdownToken[],
    }));
    return { type: 'row', raw: rawOf(row), tokens: row };
  });
  return { type: 'rows', raw: rawOf(tokens), isHead, tokens };
}

const rawOf = (tokens: readonly MarkdownToken[]): string => tokens.map(({ raw }) => raw).join('|');

/** An image is shown as a link, and a link may not hold another: only its text stays. */
function withoutImages(tokens: MarkdownToken[]): MarkdownToken[] {
  return tokens.map((token): MarkdownToken => {
    if (token.type === 'image') return { type: 'text', raw: token.raw, text: token.text };
    if (!('tokens' in token) || !token.tokens) return token;
    return { ...token, tokens: withoutImages(token.tokens as MarkdownToken[]) } as MarkdownToken;
  });
}
