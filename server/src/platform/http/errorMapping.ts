import type { ErrorRequestHandler } from 'express';
import type { ErrorBody } from '#shared/errors';
import { isBusy, isOutOfSpace } from '../db/dbErrors.ts';
import { DomainError, type ErrorKind } from '../errors.ts';
import type { Logger } from '../log.ts';

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
  if (isBusy(error)) return new DomainError('unavailable', 'The database is busy. Try again.');
  if (error instanceof URIError) return new DomainError('invalid', 'The URL is not valid.');
  const type = (error as { type?: unknown }).type;
  const parser = typeof type === 'string' ? parserErrors[type] : undefined;
  return parser && new DomainError(...parser);
}

export const errorBody = (error: DomainError): ErrorBody => ({
  error: {
    code: error.code,
    message: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
  },
});

/** The client closed the connection before the whole response was sent. */
const prematureClose = 'ERR_STREAM_PREMATURE_CLOSE';

/** The last handler: sends every failure as the one error body. Internal errors are logged and reveal no details. */
export const errorHandler =
  (log: Logger): ErrorRequestHandler =>
  (error, req, res, _next) => {
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
    const shown =
      known ?? new DomainError('unavailable', 'Something went wrong on the server. Try again.', 'internal');
    res.status(known ? statuses[known.kind] : 500).json(errorBody(shown));
  };
