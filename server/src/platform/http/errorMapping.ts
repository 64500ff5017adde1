import type { ErrorRequestHandler } from 'express';
import type { ErrorBody } from '#shared/errors';
import { isBusy, isOutOfSpace } from '../db/dbErrors.ts';
import { DomainError, notFound, type ErrorKind } from '../errors.ts';
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

/** What body-parser says went wrong, in our words. Source: https://github.com/expressjs/body-parser#errors */
const parserErrors: Record<string, [ErrorKind, string]> = {
  'entity.too.large': ['too_large', 'The request is too large.'],
  'entity.parse.failed': ['invalid', 'The request is not valid JSON.'],
  'encoding.unsupported': ['wrong_type', 'This encoding is not supported.'],
  'charset.unsupported': ['wrong_type', 'This character set is not supported. Send UTF-8.'],
  'request.aborted': ['invalid', 'The request was cut off.'],
  'request.size.invalid': ['invalid', 'The request does not have the length it announced.'],
};

/**
 * What serving files says of a request: there is no such file, or its headers ask for what cannot be.
 * Source: https://github.com/pillarjs/send#error-handling
 */
function fileError(error: unknown): DomainError | undefined {
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  if (expose !== true || typeof status !== 'number') return undefined;
  return status === 403 || status === 404
    ? notFound()
    : new DomainError('invalid', 'The request is not valid.', 'invalid_request');
}

/** Any error as a domain error; undefined for faults of our own. */
export function asDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isOutOfSpace(error)) {
    return new DomainError(
      'out_of_space',
      'The server has no space left. Nothing was saved; tell your admin.',
    );
  }
  if (isBusy(error)) return new DomainError('unavailable', 'The database is busy. Try again.');
  if (error instanceof URIError) return new DomainError('invalid', 'The address is not valid.');
  const type = (error as { type?: unknown }).type;
  const parser = typeof type === 'string' ? parserErrors[type] : undefined;
  return parser ? new DomainError(...parser) : fileError(error);
}

export const errorBody = (error: DomainError): ErrorBody => ({
  error: {
    code: error.code,
    message: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
  },
});

/** The reader closed the connection before the answer had gone out. */
const hungUp = 'ERR_STREAM_PREMATURE_CLOSE';

/** The last handler: every failure becomes the one error body. Faults of our own are logged and say nothing of the inside. */
export const errorHandler =
  (log: Logger): ErrorRequestHandler =>
  (error, req, res, _next) => {
    // The address of a shared page is a secret, so the log names the route.
    const { path: route } = (req.route ?? {}) as { path?: string };
    if (res.headersSent) {
      // An answer under way can only be cut off. Whoever hung up knows.
      if ((error as { code?: unknown }).code !== hungUp)
        log.error({ err: error as unknown, method: req.method, route }, 'answer was cut off');
      res.destroy();
      return;
    }
    const known = asDomainError(error);
    if (!known) log.error({ err: error as unknown, method: req.method, route }, 'request failed');
    const answer =
      known ?? new DomainError('unavailable', 'Something went wrong on the server. Try again.', 'internal');
    res.status(known ? statuses[known.kind] : 500).json(errorBody(answer));
  };
