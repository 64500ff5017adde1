import { setImmediate as yieldToEventLoop, setTimeout as sleep } from 'node:timers/promises';
import type { ModelEvent, ChatModel, Prompt } from './models.contract.ts';
import { demoAnswer, demoReasoning } from './demoAnswer.ts';

/** The speed of an average real model. */
export const demoTokensPerSecond = 100;

/** Splits text into pieces of about the size of a model's tokens. Joined, they are the text again. */
const tokensOf = (text: string): string[] => text.match(/\s*\S{1,6}|\s+/gu) ?? [];

/** Returns the pieces of the answer. The same question gets the same answer, so an interrupted one continues where it stopped. */
function scriptFor({ messages }: Prompt): { type: 'reasoning' | 'content'; text: string }[] {
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const answer = demoAnswer(question);
  const last = messages.at(-1);
  const start = last?.role === 'assistant' ? last.content : '';
  if (start && answer.startsWith(start)) return [{ type: 'content', text: answer.slice(start.length) }];
  const reasoning = demoReasoning(question);
  return [
    ...(reasoning ? [{ type: 'reasoning' as const, text: reasoning }] : []),
    { type: 'content', text: answer },
  ];
}

/** The built-in model: not an AI, but it streams everything a chat can show at a natural speed. Needs no network. */
export const demoModel = (tokensPerSecond: number): ChatModel => ({
  async *stream(prompt, signal): AsyncGenerator<ModelEvent> {
    const pauseMs = 1_000 / tokensPerSecond;
    for (const { type, text } of scriptFor(prompt)) {
      for (const token of tokensOf(text)) {
        // Timers count whole milliseconds: below one, yielding to the event loop is enough.
        await (pauseMs < 1
          ? yieldToEventLoop()
          : sleep(pauseMs, undefined, { signal }).catch(() => undefined));
        if (signal.aborted) return;
        yield { type, text: token };
      }
    }
    yield { type: 'finish', reason: 'stop' };
  },
});
