import { expect, jest, test } from '@jest/globals';
import type { Request, Response } from 'express';
import { errorHandler } from '../../../server/src/platform/http/errorMapping.ts';
import type { Logger } from '../../../server/src/platform/log.ts';

const secret = 'the-id-of-a-link';
const request = { method: 'GET', path: `/api/v1/shared/${secret}`, route: { path: '/shared/:id' } };

function handle(response: object, cause: Error = new Error('broken')) {
  const error = jest.fn();
  const next = jest.fn();
  const res = { destroy: jest.fn(), json: jest.fn(), status: jest.fn(() => res), ...response };
  errorHandler({ error } as unknown as Logger)(
    cause,
    request as unknown as Request,
    res as unknown as Response,
    next,
  );
  return { logged: error.mock.calls, next, res };
}

test('an internal error is logged with the route, never with the URL of a shared page', () => {
  const { logged } = handle({});
  expect(logged).toEqual([[expect.objectContaining({ route: '/shared/:id' }), 'request failed']]);
  expect(JSON.stringify(logged)).not.toContain(secret);
});

test('a response that has started is aborted and logged', () => {
  const { logged, next, res } = handle({ headersSent: true, destroyed: true });
  expect(res.destroy).toHaveBeenCalled();
  expect(logged).toHaveLength(1);
  expect(next).not.toHaveBeenCalled();
});

test('a client that hangs up is not logged as an error', () => {
  const hungUp = Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  expect(handle({ headersSent: true }, hungUp).logged).toEqual([]);
});
