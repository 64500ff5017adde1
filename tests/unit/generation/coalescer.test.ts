import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Coalescer } from '../../../server/src/features/generation/coalescer.ts';

describe('Coalescer', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('the first call sends at once, later ones in the window are combined', () => {
    const send = jest.fn();
    const coalescer = new Coalescer(send, 33);
    coalescer.schedule();
    expect(send).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 10; i++) coalescer.schedule();
    expect(send).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(33);
    expect(send).toHaveBeenCalledTimes(2);
    jest.advanceTimersByTime(1_000);
    expect(send).toHaveBeenCalledTimes(2);
    coalescer.schedule();
    expect(send).toHaveBeenCalledTimes(3);
  });

  test('a flush sends what is scheduled and leaves nothing behind', () => {
    const send = jest.fn();
    const coalescer = new Coalescer(send, 33);
    coalescer.schedule();
    coalescer.schedule();
    coalescer.flush();
    jest.advanceTimersByTime(1_000);
    expect(send).toHaveBeenCalledTimes(2);
  });

  test('a window of 0 combines nothing', () => {
    const send = jest.fn();
    const coalescer = new Coalescer(send, 0);
    for (let i = 0; i < 5; i++) coalescer.schedule();
    expect(send).toHaveBeenCalledTimes(5);
  });
});
