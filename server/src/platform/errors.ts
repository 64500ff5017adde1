/**
 * Errors in the terms of the product, independent of HTTP: `http/errorMapping.ts` maps each kind to a status.
 * Messages are shown to users: they say what happened and what to do.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'wrong_type'
  | 'refused'
  | 'rate_limited'
  | 'unavailable'
  | 'out_of_space';

export class DomainError extends Error {
  readonly kind: ErrorKind;
  /** Stable identifier for programs. Equals the kind unless a more specific code is needed. */
  readonly code: string;
  readonly details: unknown;
  constructor(kind: ErrorKind, message: string, code: string = kind, details?: unknown) {
    super(message);
    this.name = 'DomainError';
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/** Also used for rows whose existence the actor must not learn. */
export const notFound = (message = 'Not found.') => new DomainError('not_found', message);

/**
 * A policy refused a row that exists. The response is that of a missing row, so that nobody learns what exists; the
 * audit log tells them apart.
 */
export class NotAllowed extends DomainError {
  constructor() {
    super('not_found', 'Not found.');
  }
}

export const unauthenticated = () => new DomainError('unauthenticated', 'Sign in to continue.');
export const forbidden = (message = 'You are not allowed to do this.', code?: string) =>
  new DomainError('forbidden', message, code);
export const conflict = (message: string, code?: string) => new DomainError('conflict', message, code);
/** The request is valid but is not carried out, for a reason the user can act on. */
export const refused = (message: string, code?: string) => new DomainError('refused', message, code);
export const invalid = (message: string, details?: unknown) =>
  new DomainError('invalid', message, 'invalid_request', details);
export const tooLarge = (message: string) => new DomainError('too_large', message);
