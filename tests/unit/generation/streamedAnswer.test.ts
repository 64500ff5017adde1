import { describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { Answer } from '../../../server/src/features/generation/streamedAnswer.ts';
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

/** An answer whose clock the test moves. */
function answer(more?: Partial<MessageRow>) {
  const clock = { now: 1_000 };
  return { clock, answer: new Answer(row(more), () => clock.now) };
}

describe('an answer being written', () => {
  test.each([
    ['tool_calls', /tool/],
    ['content_filter', /content filter/],
    ['length', /length limit/],
    ['stop', /without an answer/],
    ['constructor', /without an answer/],
  ])('says why when %s ends it before anything came', (reason, why) => {
    const { answer: empty } = answer();
    empty.take({ type: 'reasoning', text: 'Hm.' });
    empty.take({ type: 'finish', reason });
    empty.unsent();
    expect(empty.values).toMatchObject({ status: 'failed', content: '', reasoning: 'Hm.' });
    expect(empty.values.error).toMatch(why);
  });

  test('is complete when it was cut at its length limit', () => {
    const { answer: cut } = answer();
    cut.take({ type: 'content', text: 'Once' });
    cut.take({ type: 'finish', reason: 'length' });
    cut.unsent();
    expect(cut.values).toMatchObject({ status: 'complete', content: 'Once', error: null });
  });

  test('the first ending counts', () => {
    const { answer: stopped } = answer();
    stopped.end('stopped');
    stopped.end('failed', 'too late');
    stopped.take({ type: 'finish', reason: 'stop' });
    expect(stopped.values).toMatchObject({ status: 'stopped', error: null });
  });

  test('measures the time until the first word of the answer', () => {
    const { answer: thinking, clock } = answer();
    thinking.take({ type: 'reasoning', text: 'Let me' });
    clock.now += 4_000;
    thinking.take({ type: 'reasoning', text: ' see.' });
    expect(thinking.values.reasoningMs).toBeNull();
    thinking.take({ type: 'content', text: 'Yes.' });
    clock.now += 9_000;
    thinking.take({ type: 'finish', reason: 'stop' });
    expect(thinking.unsent()).toEqual([
      { part: 'reasoning', offset: 0, text: 'Let me see.' },
      { part: 'content', offset: 0, text: 'Yes.' },
    ]);
    expect(thinking.values.reasoningMs).toBe(4_000);
  });

  test('adds up reasoning when it is carried on', () => {
    const { answer: again, clock } = answer({ reasoning: 'First.', reasoningMs: 500, content: 'Half' });
    again.take({ type: 'reasoning', text: 'Second.' });
    clock.now += 250;
    again.take({ type: 'content', text: ' done.' });
    again.unsent();
    expect(again.values).toMatchObject({
      content: 'Half done.',
      reasoning: 'First.\n\nSecond.',
      reasoningMs: 750,
    });
  });

  test('is cut off when its reasoning never ends', () => {
    const { answer: endless } = answer();
    endless.take({ type: 'reasoning', text: 'x'.repeat(limits.answerContent) });
    endless.take({ type: 'content', text: 'Too late.' });
    endless.unsent();
    expect(endless.values).toMatchObject({ status: 'failed', error: expect.stringMatching(/1,000,000/) });
  });

  test('is cut off when it never ends', () => {
    const { answer: endless } = answer();
    const piece = 'word '.repeat(10_000);
    for (let i = 0; i < 30; i++) endless.take({ type: 'content', text: piece });
    endless.unsent();
    expect(endless.ended).toBe(true);
    expect(endless.values.content).toHaveLength(limits.answerContent);
    expect(endless.values).toMatchObject({ status: 'failed', error: expect.stringMatching(/1,000,000/) });
  });
});
