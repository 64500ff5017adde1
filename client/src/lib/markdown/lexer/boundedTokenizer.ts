import { Tokenizer } from 'marked';
import type { Links, Tokens } from 'marked';

/** Lists in quotes in lists: deeper than anybody writes, and shallow enough for the stack and the clock. */
const maxBlockDepth = 24;
/** The same for emphasis in links in emphasis, each of which is searched for its end. */
const maxInlineDepth = 8;
/** Labels of reference links that one message may define. */
const maxDefinitions = 1_000;

/** marked's tokenizer, with an end to nesting and to definitions: what would go further is text. */
export class BoundedTokenizer extends Tokenizer {
  #depth = 0;

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.nested(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    return this.nested(() => super.list(src));
  }

  override emStrong(...args: [string, string, string?]): Tokens.Em | Tokens.Strong | undefined {
    return this.nested(() => super.emStrong(...args), maxInlineDepth);
  }

  override del(...args: [string, string, string?]): Tokens.Del | undefined {
    return this.nested(() => super.del(...args), maxInlineDepth);
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    return this.nested(() => super.link(src), maxInlineDepth);
  }

  override reflink(src: string, links: Links): Tokens.Link | Tokens.Image | Tokens.Text | undefined {
    return this.nested(() => super.reflink(src, links), maxInlineDepth);
  }

  override def(src: string): Tokens.Def | undefined {
    const token = super.def(src);
    if (!token) return undefined;
    const { links } = this.lexer.tokens;
    return token.tag in links || Object.keys(links).length < maxDefinitions ? token : undefined;
  }

  /** Runs `lex` one level deeper, or not at all when that would be too deep. */
  nested<Result>(lex: () => Result, maxDepth = maxBlockDepth): Result | undefined {
    if (this.#depth >= maxDepth) return undefined;
    this.#depth += 1;
    try {
      return lex();
    } finally {
      this.#depth -= 1;
    }
  }
}
