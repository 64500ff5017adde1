/** What Open WebUI writes into an answer's text around what the model thought and which tools it called. */
export interface SplitText {
  text: string;
  reasoning: string;
  reasoningMs: number | null;
}

const opening = '<details';
const closing = '</details>';
/** Characters of an opening tag; tool calls carry their arguments and results in it, escaped. */
const tagMax = 2_000_000;

const attribute = (tag: string, name: string): string =>
  new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';

const entities: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&amp;': '&',
};
const unescape = (text: string) =>
  text.replace(/&(?:lt|gt|quot|#x27|#39|amp);/g, (entity) => entities[entity]!);

/** The block's text: without its summary, unquoted, and unescaped where it was escaped. */
function thoughtsOf(inner: string): string {
  const end = inner.indexOf('</summary>');
  const body = (end === -1 ? inner : inner.slice(end + '</summary>'.length)).trim();
  const plain = body.startsWith('&gt;') ? unescape(body) : body;
  return plain.replace(/^> ?/gm, '').trim();
}

function milliseconds(seconds: string): number | null {
  const value = Number(seconds);
  return seconds !== '' && Number.isFinite(value) && value >= 0 && value < 1e6
    ? Math.round(value * 1000)
    : null;
}

/** The next block that Open WebUI made itself; `<details>` a model wrote belong to its answer. */
function nextBlock(content: string, from: number) {
  for (let at = content.indexOf(opening, from); at !== -1; at = content.indexOf(opening, at + 1)) {
    const startsLine = at === 0 || content[at - 1] === '\n';
    const type = /^<details type="(reasoning|tool_calls|code_interpreter)"/.exec(
      content.slice(at, at + 40),
    )?.[1];
    if (!startsLine || !type) continue;
    const tagEnd = content.indexOf('>', at);
    const end = content.indexOf(closing, at);
    // From here on nothing is closed, so no later block is either.
    if (tagEnd === -1 || end === -1 || tagEnd > end || tagEnd - at > tagMax) return undefined;
    return {
      at,
      type,
      tag: content.slice(at, tagEnd),
      inner: content.slice(tagEnd + 1, end),
      end: end + closing.length,
    };
  }
  return undefined;
}

/** Takes the thoughts out of an answer, and the tool calls away. Linear in the length of the content. */
export function splitDetails(content: string): SplitText {
  const texts: string[] = [];
  const thoughts: string[] = [];
  let reasoningMs: number | null = null;
  let from = 0;
  for (let block = nextBlock(content, 0); block; block = nextBlock(content, from)) {
    texts.push(content.slice(from, block.at));
    if (block.type === 'reasoning') {
      thoughts.push(thoughtsOf(block.inner));
      const duration = milliseconds(attribute(block.tag, 'duration'));
      if (duration !== null) reasoningMs = (reasoningMs ?? 0) + duration;
    }
    from = block.end;
  }
  if (from === 0) return { text: content, reasoning: '', reasoningMs: null };
  const before = texts.map((part) => part.trim()).filter((part) => part !== '');
  // Spaces at the start of a line may be what makes it code; only empty lines go.
  const rest = content.slice(from).replace(/^(?:[ \t]*\r?\n)+/, '');
  const text = [...before, ...(rest.trim() === '' ? [] : [rest])].join('\n\n');
  return { text, reasoning: thoughts.filter((part) => part !== '').join('\n\n'), reasoningMs };
}
