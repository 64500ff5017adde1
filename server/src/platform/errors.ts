/**
 * What can go wrong, in the language of the product. Nothing here knows HTTP: `http/errorMapping.ts` maps each kind
 * to a status. Messages are shown to people: what happened, and what to do.
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
  /** Stable, for programs; the kind itself where nothing finer is worth telling apart. */
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

/** Also for whatever someone may not know exists. */
export const notFound = (message = 'Not found.') => new DomainError('not_found', message);
export const unauthenticated = () => new DomainError('unauthenticated', 'Sign in to continue.');
export const forbidden = (message = 'You are not allowed to do this.', code?: string) =>
  new DomainError('forbidden', message, code);
export const conflict = (message: string, code?: string) => new DomainError('conflict', message, code);
/** Understood, but not done, for a reason a person can act on. */
export const refused = (message: string, code?: string) => new DomainError('refused', message, code);
export const invalid = (message: string, details?: unknown) =>
  new DomainError('invalid', message, 'invalid_request', details);
export const tooLarge = (message: string) => new DomainError('too_large', message);
