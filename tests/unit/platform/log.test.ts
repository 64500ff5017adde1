import { expect, test } from '@jest/globals';
import { inRequest, outsideRequests } from '../../../server/src/platform/requestContext.ts';
import { LogLines } from '../../support/logLines.ts';

const secret = 'xylophone merger memo';

function logged(error: unknown): string {
  const lines = new LogLines('info');
  lines.log.error({ err: error }, 'failed');
  return lines.text;
}

const parseFailure = () => {
  try {
    return JSON.parse(`{"title": ${secret}}`) as Error;
  } catch (error) {
    return error as Error;
  }
};
const queryFailure = () =>
  Object.assign(new Error(`Failed query: insert … params: ${secret}`), {
    query: 'insert into messages values (?)',
    params: [secret],
    cause: Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' }),
  });

test.each([
  ['a text that cannot be parsed', parseFailure()],
  ['a failed query', queryFailure()],
  ['a query below another error', new Error('not stored', { cause: queryFailure() })],
  ['a text below other errors', new Error('a', { cause: new Error('b', { cause: parseFailure() }) })],
  ['an error with the input as a field', Object.assign(new TypeError('Invalid URL'), { input: secret })],
  ['something thrown that is no error', secret],
])('the log of %s does not contain what a person wrote', (_what, error) => {
  expect(logged(error)).toContain('failed');
  expect(logged(error)).not.toContain(secret);
});

test('the log of an error has its type, message, code and where it happened, also of its causes', () => {
  const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
  const line = JSON.parse(logged(new TypeError('not sent', { cause }))) as { err: unknown };
  expect(line.err).toMatchObject({
    type: 'TypeError',
    message: 'not sent',
    stack: expect.stringMatching(/^TypeError: not sent\n\s+at /),
    causes: [{ type: 'Error', message: 'connection refused', code: 'ECONNREFUSED' }],
  });
});

test('an error whose cause is itself is logged', () => {
  const error = new Error('round');
  error.cause = error;
  expect(logged(error)).toContain('round');
});

test('a message has the id of the request that it is about, also when it is written later', async () => {
  const lines = new LogLines('info');
  await inRequest('0f3ac2d41b7e', async () => {
    await Promise.resolve();
    lines.log.info('in');
    outsideRequests(() => lines.log.info('out'));
  });
  lines.log.info('after');
  expect(lines.all.map(({ msg, requestId }) => [msg, requestId])).toEqual([
    ['in', '0f3ac2d41b7e'],
    ['out', undefined],
    ['after', undefined],
  ]);
});
