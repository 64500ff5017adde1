import { describe, expect, test } from '@jest/globals';
import { demoModel } from '../../../server/src/features/models/demoModel.ts';
import type { ModelEvent, PromptMessage } from '../../../server/src/features/models/models.service.ts';

const ask = (content: string): PromptMessage[] => [{ role: 'user', content }];

async function all(messages: PromptMessage[], signal = new AbortController().signal): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of demoModel(100_000).stream({ messages }, signal)) events.push(event);
  return events;
}
const text = (events: ModelEvent[], type: 'content' | 'reasoning') =>
  events.map((event) => (event.type === type ? event.text : '')).join('');

describe('demo model', () => {
  test('the demo model says that it is not an AI, repeats the question and shows what an answer can contain', async () => {
    const events = await all(ask('What about `x`?'));
    const answer = text(events, 'content');
    expect(answer).toContain('It is not an AI');
    expect(answer).toContain("`What about 'x'?`");
    for (const part of ['1. ', '- [ ]', '| :-- |', '```python', '$$']) expect(answer).toContain(part);
    expect(text(events, 'reasoning')).toBe('');
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    // At 100 tokens per second, the user has time to stop it.
    expect(events.length).toBeGreaterThan(250);
  });

  test('the demo model gives the same answer to the same question, with reasoning when asked to think', async () => {
    const events = await all(ask('Think about it'));
    expect(text(events, 'reasoning')).toContain('Think about it');
    expect(await all(ask('Think about it'))).toEqual(events);
  });

  test('the demo model continues an interrupted answer where it stopped', async () => {
    const whole = text(await all(ask('Hello')), 'content');
    const rest = await all([...ask('Hello'), { role: 'assistant', content: whole.slice(0, 333) }]);
    expect(text(rest, 'content')).toBe(whole.slice(333));
  });

  test('the demo model ends at once without an error when it is aborted', async () => {
    const aborter = new AbortController();
    const events: ModelEvent[] = [];
    for await (const event of demoModel(1).stream({ messages: ask('Hello') }, aborter.signal)) {
      events.push(event);
      aborter.abort();
    }
    expect(events).toHaveLength(1);
    expect(await all(ask('Hello'), AbortSignal.abort())).toEqual([]);
  });
});
