import { expect, test } from '@jest/globals';
import { isConflict, isConnectionLost, isRefusedForNow } from '../../../server/src/platform/db/dbErrors.ts';

const withCode = (code: string) => new Error('Failed query', { cause: Object.assign(new Error(), { code }) });

test.each([
  '08000',
  '08003',
  '08006',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '25P03',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
])('%s means that the connection to PostgreSQL is lost', (code) =>
  expect(isConnectionLost(withCode(code))).toBe(true),
);

test.each([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Query read timeout',
])('the driver says "%s" when the connection is lost', (message) =>
  expect(isConnectionLost(new Error(message))).toBe(true),
);

test.each(['55P03', '57014', '53000', '53200', '53300', '53400', '25006', '57P04'])(
  '%s is a refusal that passes',
  (code) => expect(isRefusedForNow(withCode(code))).toBe(true),
);

test.each(['40001', '40P01'])('%s is a conflict', (code) => expect(isConflict(withCode(code))).toBe(true));

test.each(['23505', '22P02', '42601', '53100', '42P01'])('%s is none of these', (code) => {
  const error = withCode(code);
  expect([isConnectionLost(error), isRefusedForNow(error), isConflict(error)]).toEqual([false, false, false]);
});
