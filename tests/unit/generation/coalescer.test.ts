import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Coalescer } from '../../../server/src/features/generation/coalescer.ts';

describe('gathering what is sent', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('the first piece goes at once, the next ones together', () => {
    const send = jest.fn();
    const coalescer = new Coalescer(send, 33);
    coalescer.poke();
    expect(send).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 10; i++) coalescer.poke();
    expect(send).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(33);
    expect(send).toHaveBeenCalledTimes(2);
    jest.advanceTimersByTime(1_000);
    expect(send).toHaveBeenCalledTimes(2);
    coalescer.poke();
    expect(send).toHaveBeenCalledTimes(3);
  });

  test('a flush sends what waits and leaves nothing behind', () => {
    const send = jest.fn();
    const coalescer = new Coalescer(send, 33);
    coalescer.poke();
    coalescer.poke();
    coalescer.flush();
    jest.advanceTimersByTime(1_000);
    expect(send).toHaveBeenCalledTimes(2);
  });

  test('a window of nothing gathers nothing', () => {
    const send = jest.fn();
    const coalescer = new Coalescer(send, 0);
    for (let i = 0; i < 5; i++) coalescer.poke();
    expect(send).toHaveBeenCalledTimes(5);
  });
});
