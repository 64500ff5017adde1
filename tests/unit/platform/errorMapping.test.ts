import { expect, jest, test } from '@jest/globals';
import type { Request, Response } from 'express';
import { errorHandler } from '../../../server/src/platform/http/errorMapping.ts';
import type { Logger } from '../../../server/src/platform/log.ts';

const secret = 'the-id-of-a-link';
const request = { method: 'GET', path: `/api/v1/shared/${secret}`, route: { path: '/shared/:id' } };

function handle(response: object, fault: Error = new Error('broken')) {
  const error = jest.fn();
  const next = jest.fn();
  const res = { destroy: jest.fn(), json: jest.fn(), status: jest.fn(() => res), ...response };
  errorHandler({ error } as unknown as Logger)(
    fault,
    request as unknown as Request,
    res as unknown as Response,
    next,
  );
  return { logged: error.mock.calls, next, res };
}

test('a fault is logged with its route, never with the address of a shared page', () => {
  const { logged } = handle({});
  expect(logged).toEqual([[expect.objectContaining({ route: '/shared/:id' }), 'request failed']]);
  expect(JSON.stringify(logged)).not.toContain(secret);
});

test('an answer under way is cut off, and logged where everything is logged', () => {
  const { logged, next, res } = handle({ headersSent: true, destroyed: true });
  expect(res.destroy).toHaveBeenCalled();
  expect(logged).toHaveLength(1);
  expect(next).not.toHaveBeenCalled();
});

test('who hangs up is no fault', () => {
  const fault = Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  expect(handle({ headersSent: true }, fault).logged).toEqual([]);
});
