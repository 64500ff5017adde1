/** An answer of Open WebUI, separated from the reasoning and tool calls that are embedded in its text. */
export interface SplitText {
  text: string;
  reasoning: string;
  reasoningMs: number | null;
}

const opening = '<details';
const closing = '</details>';
/** Characters of an opening tag. Tool calls contain their escaped arguments and results. */
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

/** Returns the text of a block without its summary and quote marks, unescaped if it was escaped. */
function blockText(inner: string): string {
  const end = inner.indexOf('</summary>');
  const body = (end === -1 ? inner : inner.slice(end + '</summary>'.length)).trim();
  const plain = body.startsWith('&gt;') ? unescape(body) : body;
  return plain.replace(/^> ?/gm, '').trim();
}

function toMilliseconds(seconds: string): number | null {
  const value = Number(seconds);
  return seconds !== '' && Number.isFinite(value) && value >= 0 && value < 1e6
    ? Math.round(value * 1000)
    : null;
}

/** Returns the next block that Open WebUI created. `<details>` written by a model are part of the answer. */
function nextBlock(content: string, from: number) {
  for (let at = content.indexOf(opening, from); at !== -1; at = content.indexOf(opening, at + 1)) {
    const startsLine = at === 0 || content[at - 1] === '\n';
    const type = /^<details type="(reasoning|tool_calls|code_interpreter)"/.exec(
      content.slice(at, at + 40),
    )?.[1];
    if (!startsLine || !type) continue;
    const tagEnd = content.indexOf('>', at);
    const end = content.indexOf(closing, at);
    // An unclosed block also means that no later block is closed.
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

/** Extracts the reasoning of an answer and removes its tool calls. Linear in the length of the content. */
export function splitDetails(content: string): SplitText {
  const texts: string[] = [];
  const reasoning: string[] = [];
  let reasoningMs: number | null = null;
  let from = 0;
  for (let block = nextBlock(content, 0); block; block = nextBlock(content, from)) {
    texts.push(content.slice(from, block.at));
    if (block.type === 'reasoning') {
      reasoning.push(blockText(block.inner));
      const duration = toMilliseconds(attribute(block.tag, 'duration'));
      if (duration !== null) reasoningMs = (reasoningMs ?? 0) + duration;
    }
    from = block.end;
  }
  if (from === 0) return { text: content, reasoning: '', reasoningMs: null };
  const before = texts.map((part) => part.trim()).filter((part) => part !== '');
  // Removes blank lines only: leading spaces may mark a code block.
  const rest = content.slice(from).replace(/^(?:[ \t]*\r?\n)+/, '');
  const text = [...before, ...(rest.trim() === '' ? [] : [rest])].join('\n\n');
  return { text, reasoning: reasoning.filter((part) => part !== '').join('\n\n'), reasoningMs };
}
