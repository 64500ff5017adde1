import { describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { StreamedAnswer } from '../../../server/src/features/generation/streamedAnswer.ts';
import type { MessageRow } from '../../../server/src/features/messages/messages.queries.ts';

const row = (more: Partial<MessageRow> = {}) =>
  ({
    content: '',
    reasoning: null,
    reasoningMs: null,
    status: 'streaming',
    error: null,
    ...more,
  }) as MessageRow;

/** An answer with a clock that the test moves. */
function createAnswer(more?: Partial<MessageRow>) {
  const clock = { now: 1_000 };
  return { clock, answer: new StreamedAnswer(row(more), () => clock.now) };
}

describe('StreamedAnswer', () => {
  test.each([
    ['tool_calls', /tool/],
    ['content_filter', /content filter/],
    ['length', /length limit/],
    ['stop', /empty answer/],
    ['constructor', /empty answer/],
  ])('explains why it is empty when the finish reason is %s', (reason, why) => {
    const { answer: empty } = createAnswer();
    empty.apply({ type: 'reasoning', text: 'Hm.' });
    empty.apply({ type: 'finish', reason });
    empty.takePending();
    expect(empty.values).toMatchObject({ status: 'failed', content: '', reasoning: 'Hm.' });
    expect(empty.values.error).toMatch(why);
  });

  test('is complete when the model stopped at its length limit', () => {
    const { answer: cut } = createAnswer();
    cut.apply({ type: 'content', text: 'Once' });
    cut.apply({ type: 'finish', reason: 'length' });
    cut.takePending();
    expect(cut.values).toMatchObject({ status: 'complete', content: 'Once', error: null });
  });

  test('keeps the first outcome', () => {
    const { answer: stopped } = createAnswer();
    stopped.end('stopped');
    stopped.end('failed', 'too late');
    stopped.apply({ type: 'finish', reason: 'stop' });
    expect(stopped.values).toMatchObject({ status: 'stopped', error: null });
  });

  test('measures the time until the first word of the content', () => {
    const { answer: reasoning, clock } = createAnswer();
    reasoning.apply({ type: 'reasoning', text: 'Let me' });
    clock.now += 4_000;
    reasoning.apply({ type: 'reasoning', text: ' see.' });
    expect(reasoning.values.reasoningMs).toBeNull();
    reasoning.apply({ type: 'content', text: 'Yes.' });
    clock.now += 9_000;
    reasoning.apply({ type: 'finish', reason: 'stop' });
    expect(reasoning.takePending()).toEqual([
      { part: 'reasoning', offset: 0, text: 'Let me see.' },
      { part: 'content', offset: 0, text: 'Yes.' },
    ]);
    expect(reasoning.values.reasoningMs).toBe(4_000);
  });

  test('adds up the reasoning of a continued answer', () => {
    const { answer: continued, clock } = createAnswer({
      reasoning: 'First.',
      reasoningMs: 500,
      content: 'Half',
    });
    continued.apply({ type: 'reasoning', text: 'Second.' });
    clock.now += 250;
    continued.apply({ type: 'content', text: ' done.' });
    continued.takePending();
    expect(continued.values).toMatchObject({
      content: 'Half done.',
      reasoning: 'First.\n\nSecond.',
      reasoningMs: 750,
    });
  });

  test('is cut off when its reasoning reaches the limit', () => {
    const { answer: endless } = createAnswer();
    endless.apply({ type: 'reasoning', text: 'x'.repeat(limits.answerContent) });
    endless.apply({ type: 'content', text: 'Too late.' });
    endless.takePending();
    expect(endless.values).toMatchObject({ status: 'failed', error: expect.stringMatching(/1,000,000/) });
  });

  test('is cut off when its content reaches the limit', () => {
    const { answer: endless } = createAnswer();
    const piece = 'word '.repeat(10_000);
    for (let i = 0; i < 30; i++) endless.apply({ type: 'content', text: piece });
    endless.takePending();
    expect(endless.hasEnded).toBe(true);
    expect(endless.values.content).toHaveLength(limits.answerContent);
    expect(endless.values).toMatchObject({ status: 'failed', error: expect.stringMatching(/1,000,000/) });
  });
});
