import { expect, jest, test } from '@jest/globals';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../../../server/src/platform/db/dbErrors.ts';
import { errorHandler } from '../../../server/src/platform/http/errorMapping.ts';
import type { Logger } from '../../../server/src/platform/log.ts';

const secret = 'the-id-of-a-link';
const request = { method: 'GET', path: `/api/v1/shared/${secret}`, route: { path: '/shared/:id' } };

function handle(response: object, cause: Error = new Error('broken')) {
  const error = jest.fn();
  const next = jest.fn();
  const warn = jest.fn();
  const res = {
    destroy: jest.fn(),
    getHeader: jest.fn(),
    json: jest.fn(),
    set: jest.fn(),
    status: jest.fn().mockReturnThis(),
    ...response,
  };
  errorHandler({ error, warn } as unknown as Logger)(
    cause,
    request as unknown as Request,
    res as unknown as Response,
    next,
  );
  return { logged: error.mock.calls, warned: warn.mock.calls, next, res };
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

/** An error as Drizzle wraps it. */
const failedQuery = (cause: Error) => new Error('Failed query: select secret', { cause });
const withCode = (code: string) => Object.assign(new Error('broken'), { code });

test.each([
  ['a locked SQLite file', withCode('SQLITE_BUSY_RECOVERY')],
  ['a database folder that became read-only', withCode('SQLITE_READONLY')],
  ['a database file that cannot be opened', withCode('SQLITE_CANTOPEN_FULLPATH')],
  [
    'a PostgreSQL server that cannot be reached',
    new DatabaseUnavailable('No connection', { cause: withCode('57P03') }),
  ],
])('%s gives 503 with Retry-After, and one warning for the admin', (_what, cause) => {
  const { logged, warned, res } = handle({}, failedQuery(cause));
  expect(res.status).toHaveBeenCalledWith(503);
  expect(res.set).toHaveBeenCalledWith('Retry-After', expect.stringMatching(/^[1-9]/));
  expect(logged).toEqual([]);
  expect(warned).toHaveLength(1);
});

test('a connection lost to something else than the database is an internal error', () => {
  expect(handle({}, withCode('ECONNRESET')).res.status).toHaveBeenCalledWith(500);
});

test.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ENOSPC', 'EDQUOT', '53100'])('%s gives 507', (code) => {
  expect(handle({}, failedQuery(withCode(code))).res.status).toHaveBeenCalledWith(507);
});
