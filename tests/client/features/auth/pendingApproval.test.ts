import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PendingApproval } from '../../../../client/src/features/auth/pendingApproval.svelte.ts';

let refresh: jest.Mock<() => Promise<void>>;
let stop: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  refresh = jest.fn(() => Promise.resolve());
  stop = new PendingApproval({ refresh }).watch();
});
afterEach(() => {
  stop();
  jest.useRealTimers();
});

describe('the waiting room', () => {
  test('looks every 15 seconds, and goes on when a look fails', () => {
    refresh.mockRejectedValueOnce(new Error('offline'));
    jest.advanceTimersByTime(14_999);
    expect(refresh).not.toHaveBeenCalled();
    jest.advanceTimersByTime(30_001);
    expect(refresh).toHaveBeenCalledTimes(3);
  });

  test('looks at once when the person comes back to it', () => {
    window.dispatchEvent(new Event('focus'));
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('looks no more after it was left', () => {
    stop();
    window.dispatchEvent(new Event('focus'));
    jest.advanceTimersByTime(60_000);
    expect(refresh).not.toHaveBeenCalled();
  });
});
