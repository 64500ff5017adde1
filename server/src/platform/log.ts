import { pino, stdSerializers, type Logger } from 'pino';
import { codesOf } from './db/dbErrors.ts';

export type { Logger };

interface QueryError extends Error {
  query: string;
}

const isQueryError = (error: Error): error is QueryError => 'query' in error && 'params' in error;

/** Query errors contain the query's values, which may be users' messages: only the statement and the code are logged. */
function describeError(error: Error) {
  if (!(error instanceof Error) || !isQueryError(error)) return stdSerializers.err(error);
  return { type: error.name, message: 'query failed', query: error.query, code: codesOf(error).at(-1) };
}

/** Creates the logger. Bodies, cookies and keys are never logged. */
export const createLog = (level: string): Logger => pino({ level, serializers: { err: describeError } });
