import { pino, type DestinationStream, type Logger } from 'pino';
import { codesOf } from './db/dbErrors.ts';
import { currentRequestId } from './requestContext.ts';

export type { Logger };

interface QueryError extends Error {
  query: string;
}

/** Errors below each other that are logged. */
const causesMax = 5;

const isQueryError = (error: Error): error is QueryError => 'query' in error && 'params' in error;

/** Returns the error and its causes. */
function chainOf(error: Error): Error[] {
  const chain: Error[] = [];
  for (let each: unknown = error; each instanceof Error && chain.length < causesMax; each = each.cause)
    chain.push(each);
  return chain;
}

/** Syntax errors quote the text that cannot be parsed, in their message and in the first lines of the stack. */
function describe(error: Error) {
  const { code } = error as { code?: unknown };
  const message = error.name === 'SyntaxError' ? 'a text cannot be parsed' : error.message;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code }),
    stack: [`${error.name}: ${message}`, ...frames].join('\n'),
  };
}

/**
 * Errors may contain what people wrote: query errors the values of the query, others the input in a field. So only the
 * fields named here are logged.
 */
function describeError(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error };
  const chain = chainOf(error);
  const failed = chain.find(isQueryError);
  if (failed) {
    return { type: failed.name, message: 'query failed', query: failed.query, code: codesOf(failed).at(-1) };
  }
  const causes = chain.slice(1).map(describe);
  return { ...describe(error), ...(causes.length > 0 && { causes }) };
}

/** Every message carries the id of the request or socket event that it is about. */
const requestIdField = (): { requestId?: string } => {
  const requestId = currentRequestId();
  return requestId === undefined ? {} : { requestId };
};

/** Creates the logger. Bodies, cookies and keys are never logged. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino({ level, serializers: { err: describeError }, mixin: requestIdField }, destination);
