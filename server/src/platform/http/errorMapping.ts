import type { ErrorRequestHandler } from 'express';
import type { ErrorBody } from '#shared/errors';
import { isOutOfSpace, isUnavailable } from '../db/dbErrors.ts';
import { DomainError, type ErrorKind } from '../errors.ts';
import type { Logger } from '../log.ts';
import { requestIdOf } from './requestIds.ts';

const statuses: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  wrong_type: 415,
  refused: 422,
  rate_limited: 429,
  unavailable: 503,
  out_of_space: 507,
};

/** Errors of body-parser as domain errors. Source: https://github.com/expressjs/body-parser#errors */
const parserErrors: Record<string, [ErrorKind, string]> = {
  'entity.too.large': ['too_large', 'The request is too large.'],
  'entity.parse.failed': ['invalid', 'The request is not valid JSON.'],
  'encoding.unsupported': ['wrong_type', 'This encoding is not supported.'],
  'charset.unsupported': ['wrong_type', 'This character set is not supported. Send UTF-8.'],
  'request.aborted': ['invalid', 'The request was interrupted.'],
  'request.size.invalid': ['invalid', 'The request body does not match its Content-Length.'],
};

/** Returns the error as a domain error, or undefined for an internal error. */
export function asDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isOutOfSpace(error)) {
    return new DomainError(
      'out_of_space',
      'The server has no disk space left. Nothing was saved. Tell your admin.',
    );
  }
  if (isUnavailable(error)) {
    return new DomainError(
      'unavailable',
      'The database is not available at the moment. Try again in a few seconds.',
    );
  }
  if (error instanceof URIError) return new DomainError('invalid', 'The URL is not valid.');
  const type = (error as { type?: unknown }).type;
  const parser = typeof type === 'string' ? parserErrors[type] : undefined;
  return parser && new DomainError(...parser);
}

/** Seconds after which a client should send a request again that the server could not take. */
const retryAfterSeconds = 2;
/** Milliseconds between two log messages about a database that does not take requests. */
const unavailableLogIntervalMs = 10_000;

/** `requestId` is absent when the request ended before it got one. */
export const errorBody = (error: DomainError, requestId: string | undefined): ErrorBody => ({
  error: {
    code: error.code,
    message: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(requestId === undefined ? {} : { requestId }),
  },
});

/** The client closed the connection before the whole response was sent. */
const prematureClose = 'ERR_STREAM_PREMATURE_CLOSE';

/** The last handler: sends every failure as the one error body. Internal errors are logged and reveal no details. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  const logUnavailable = occasionalWarning(log);
  return (error, req, res, _next) => {
    // The URL of a shared page is a secret, so the log contains the route instead.
    const { path: route } = (req.route ?? {}) as { path?: string };
    if (res.headersSent) {
      // A response that has started can only be aborted. A closed connection is not an error.
      if ((error as { code?: unknown }).code !== prematureClose)
        log.error({ err: error as unknown, method: req.method, route }, 'response aborted');
      res.destroy();
      return;
    }
    const known = asDomainError(error);
    if (!known) log.error({ err: error as unknown, method: req.method, route }, 'request failed');
    else if (known !== error) logUnavailable(known, error);
    const shown =
      known ?? new DomainError('unavailable', 'Something went wrong on the server. Try again.', 'internal');
    const status = known ? statuses[known.kind] : 500;
    if (status === statuses.unavailable) res.set('Retry-After', String(retryAfterSeconds));
    res.status(status).json(errorBody(shown, requestIdOf(res)));
  };
}

/** Logs that the database takes no requests or writes, but not once per request. */
function occasionalWarning(log: Logger): (known: DomainError, error: unknown) => void {
  let lastAt = -Infinity;
  return ({ kind }, error) => {
    if (kind !== 'unavailable' && kind !== 'out_of_space') return;
    if (performance.now() - lastAt < unavailableLogIntervalMs) return;
    lastAt = performance.now();
    log.warn({ err: error }, 'the database does not take requests');
  };
}
