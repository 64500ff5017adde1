import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { InFlightBound } from '../../../server/src/platform/http/inFlight.ts';

/** The part of a response that a bound uses. */
class FakeResponse extends EventEmitter {
  closed = false;
  headersSent = false;
  headers: Record<string, string> = {};
  set(name: string, value: string) {
    this.headers[name] = value;
  }
  close() {
    this.closed = true;
    this.emit('close');
  }
}

/** A request that runs until the test ends its work and its response. */
function start(bound: InFlightBound, personId: string) {
  const res = new FakeResponse();
  let finish!: () => void;
  const request = { res, started: false, finish: () => finish(), error: undefined as unknown };
  const work = () => {
    request.started = true;
    return new Promise<void>((resolve) => (finish = resolve));
  };
  bound.run(personId, res as unknown as Response, work).catch((error: unknown) => (request.error = error));
  return request;
}
const settle = () => jest.advanceTimersByTimeAsync(0);

let bound: InFlightBound;
beforeEach(() => {
  jest.useFakeTimers();
  bound = new InFlightBound({ atOnce: 1, waiting: 1, message: 'Too many at once.' });
});
afterEach(() => void jest.useRealTimers());

test('a request waits until the work before it is done and the response was sent, in either order', async () => {
  const [first, second] = [start(bound, 'ann'), start(bound, 'ann')];
  await settle();
  expect([first.started, second.started]).toEqual([true, false]);
  first.finish();
  await settle();
  expect(second.started).toBe(false);
  first.res.close();
  await settle();
  expect(second.started).toBe(true);

  const third = start(bound, 'ann');
  // A client that hangs up does not end the work.
  second.res.close();
  await settle();
  expect(third.started).toBe(false);
  second.finish();
  await settle();
  expect(third.started).toBe(true);
});

test('other people do not wait', async () => {
  const requests = [start(bound, 'ann'), start(bound, 'bob')];
  await settle();
  expect(requests.map(({ started }) => started)).toEqual([true, true]);
});

test('a request is refused with a time to retry when too many wait or it waited too long', async () => {
  const [, waiting, refused] = [start(bound, 'ann'), start(bound, 'ann'), start(bound, 'ann')];
  await settle();
  expect(refused.error).toMatchObject({ kind: 'rate_limited', message: 'Too many at once.' });
  expect(refused.res.headers).toEqual({ 'Retry-After': '5' });
  expect(waiting.error).toBeUndefined();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(waiting.error).toMatchObject({ kind: 'rate_limited' });
});

test('a request whose client hangs up while it waits never runs and frees its place', async () => {
  const [first, gone] = [start(bound, 'ann'), start(bound, 'ann')];
  await settle();
  gone.res.close();
  const next = start(bound, 'ann');
  first.finish();
  first.res.close();
  await settle();
  expect([gone.started, next.started]).toEqual([false, true]);
});
