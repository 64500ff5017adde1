import { Lexer, Marked } from 'marked';
import type { Links } from 'marked';
import { BoundedTokenizer } from './boundedTokenizer.ts';
import { detailsExtension } from './detailsSyntax.ts';
import { mathsExtensions, outsideEmphasis } from './mathSyntax.ts';

/** The Markdown of GitHub's comments: with tables and task lists, and a line break is a line break. */
const engine = new Marked({ gfm: true, breaks: true, extensions: [...mathsExtensions, detailsExtension] });

/** A lexer for one piece of a message, in which `links` are defined already. */
export function createLexer(links: Links): Lexer {
  const tokenizer = new BoundedTokenizer();
  const lexer = new Lexer({ ...engine.defaults, tokenizer });
  const { inline } = tokenizer.rules;
  tokenizer.rules = {
    ...tokenizer.rules,
    inline: { ...inline, anyPunctuationOutsideCode: outsideEmphasis },
  };
  Object.assign(lexer.tokens.links, links);
  return lexer;
}
