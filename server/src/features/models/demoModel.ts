import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { ModelEvent, ChatModel, Prompt } from './models.contract.ts';
import { demoAnswer, demoReasoning } from './demoAnswer.ts';

/** What a middling real model manages. */
export const demoTokensPerSecond = 100;

/** Pieces of about the size of a model's tokens; joined again they are the text. */
const tokensOf = (text: string): string[] => text.match(/\s*\S{1,6}|\s+/gu) ?? [];

/** The same question gets the same answer, so an answer that was cut off is carried on where it stopped. */
function scriptFor({ messages }: Prompt): { type: 'reasoning' | 'content'; text: string }[] {
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const answer = demoAnswer(question);
  const last = messages.at(-1);
  const begun = last?.role === 'assistant' ? last.content : '';
  if (begun && answer.startsWith(begun)) return [{ type: 'content', text: answer.slice(begun.length) }];
  const reasoning = demoReasoning(question);
  return [
    ...(reasoning ? [{ type: 'reasoning' as const, text: reasoning }] : []),
    { type: 'content', text: answer },
  ];
}

/** The built-in model: no AI, but everything a chat can show, streamed at a natural speed. Needs no network. */
export const demoModel = (tokensPerSecond: number): ChatModel => ({
  async *stream(prompt, signal): AsyncGenerator<ModelEvent> {
    const pauseMs = 1_000 / tokensPerSecond;
    for (const { type, text } of scriptFor(prompt)) {
      for (const token of tokensOf(text)) {
        // Timers count whole milliseconds: below one, giving way to others is pause enough.
        await (pauseMs < 1 ? turn() : sleep(pauseMs, undefined, { signal }).catch(() => undefined));
        if (signal.aborted) return;
        yield { type, text: token };
      }
    }
    yield { type: 'finish', reason: 'stop' };
  },
});
