import type { ModelEvent } from './models.contract.ts';
import { modelErrors } from './modelErrors.ts';
import { ThinkTags } from './thinkTags.ts';

/** The fields read from a chunk. Servers differ, so every field may be missing. Tool calls and usage are ignored. */
interface Chunk {
  choices?: {
    delta?: { content?: unknown; reasoning_content?: unknown; reasoning?: unknown } | null;
    finish_reason?: unknown;
  }[];
}
interface Part {
  type?: string;
  text?: unknown;
  thinking?: unknown;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Mistral's reasoning models send lists of parts instead of text. */
function partsOf(content: unknown): { text: string; thinking: string } {
  if (!Array.isArray(content)) return { text: textOf(content), thinking: '' };
  const all = { text: '', thinking: '' };
  for (const part of content as Part[]) {
    if (part.type === 'thinking') all.thinking += partsOf(part.thinking).text;
    else all.text += textOf(part.text);
  }
  return all;
}

/** Returns the texts and the finish reason of a chunk; each is empty if absent. */
function readChunk(chunk: unknown): { text: string; reasoning: string; finish: string } {
  const choice = (chunk as Chunk | null)?.choices?.[0];
  const { content, reasoning_content, reasoning } = choice?.delta ?? {};
  const { text, thinking } = partsOf(content);
  return {
    text,
    reasoning: textOf(reasoning_content) || textOf(reasoning) || thinking,
    finish: textOf(choice?.finish_reason),
  };
}

/** Returns the text of an answer that was not streamed; empty if there is none. */
export function textOfCompletion(completion: unknown): string {
  const { choices } = (completion ?? {}) as { choices?: { message?: { content?: unknown } | null }[] };
  return partsOf(choices?.[0]?.message?.content).text;
}

/** Converts the chunks of an OpenAI-compatible server to events. Throws if the stream ends without a finish reason. */
export async function* eventsOf(
  chunks: AsyncIterable<unknown>,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const tags = new ThinkTags();
  let finish = '';
  for await (const chunk of chunks) {
    const read = readChunk(chunk);
    if (read.reasoning) yield { type: 'reasoning', text: read.reasoning };
    if (read.text) yield* tags.push(read.text);
    finish = read.finish || finish;
  }
  if (signal.aborted) return;
  yield* tags.end();
  if (!finish) throw modelErrors.incomplete();
  yield { type: 'finish', reason: finish };
}
