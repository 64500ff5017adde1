import { Tokenizer } from 'marked';
import type { Links, Tokens } from 'marked';

/** Lists in quotes in lists: deeper than real texts, and shallow enough for the call stack and the CPU. */
const maxBlockDepth = 24;
/** The same for emphasis in links in emphasis; the end of each level is searched for. */
const maxInlineDepth = 8;
/** Labels of reference links that one text may define. */
const maxDefinitions = 1_000;
/** Columns of a table; a wider one is text. */
const maxColumns = 100;

/** marked's tokenizer with limits on nesting and definitions; what exceeds them is left as text. */
export class BoundedTokenizer extends Tokenizer {
  #depth = 0;
  #definitions: number | undefined;

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

  override table(src: string): Tokens.Table | undefined {
    const token = super.table(src);
    return token && token.header.length <= maxColumns ? token : undefined;
  }

  override def(src: string): Tokens.Def | undefined {
    const token = super.def(src);
    if (!token) return undefined;
    const { links } = this.lexer.tokens;
    if (Object.hasOwn(links, token.tag)) return token;
    this.#definitions ??= Object.keys(links).length;
    if (this.#definitions >= maxDefinitions) return undefined;
    this.#definitions += 1;
    return token;
  }

  /** Runs `lex` one level deeper; returns undefined without running it at the maximum depth. */
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
