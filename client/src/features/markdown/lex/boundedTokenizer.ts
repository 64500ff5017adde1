import { Tokenizer } from 'marked';
import type { Tokens } from 'marked';

/** Lists in quotes in lists: deeper than anybody writes, and shallow enough for the stack and the clock. */
const maxDepth = 24;

/** marked's tokenizer, with an end to nesting: what would go deeper is text. */
export class BoundedTokenizer extends Tokenizer {
  #depth = 0;

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.nested(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    return this.nested(() => super.list(src));
  }

  /** Runs `lex` one level deeper, or not at all when that would be too deep. */
  nested<Result>(lex: () => Result): Result | undefined {
    if (this.#depth >= maxDepth) return undefined;
    this.#depth += 1;
    try {
      return lex();
    } finally {
      this.#depth -= 1;
    }
  }
}
