import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PendingApproval } from '../../../../client/src/features/auth/pendingApproval.svelte.ts';

let refresh: jest.Mock<() => Promise<void>>;
let approval: PendingApproval;
let stop: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  refresh = jest.fn(() => Promise.resolve());
  approval = new PendingApproval({ refresh });
  stop = approval.poll();
});
afterEach(() => {
  stop();
  jest.useRealTimers();
});

describe('PendingApproval', () => {
  test('polls every 15 seconds and continues after a failed request', () => {
    refresh.mockRejectedValueOnce(new Error('offline'));
    jest.advanceTimersByTime(14_999);
    expect(refresh).not.toHaveBeenCalled();
    jest.advanceTimersByTime(30_001);
    expect(refresh).toHaveBeenCalledTimes(3);
  });

  test('checks at once when the window gets the focus', () => {
    window.dispatchEvent(new Event('focus'));
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('stops polling when the page is left', () => {
    stop();
    window.dispatchEvent(new Event('focus'));
    jest.advanceTimersByTime(60_000);
    expect(refresh).not.toHaveBeenCalled();
  });

  test('says that the account is still pending only after a check that the user asked for', async () => {
    expect(approval.stillPending).toBe(false);
    await approval.check();
    expect(approval.stillPending).toBe(true);
  });
});
