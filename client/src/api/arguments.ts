import type { Args, Endpoint } from '#shared/endpoint';

export interface CallOptions {
  signal?: AbortSignal;
}

/** Keys that may be left out: an optional body, or a query of which every field is optional. */
type Omittable<T> = { [K in keyof T]-?: {} extends T[K] ? K : undefined extends T[K] ? K : never }[keyof T];
type Relaxed<T> = Omit<T, Omittable<T>> & Partial<Pick<T, Omittable<T>>>;

/** The arguments of one endpoint; nothing at all where it needs nothing. */
export type ArgumentsOf<E extends Endpoint> =
  {} extends Relaxed<Args<E>>
    ? [args?: Relaxed<Args<E>>, options?: CallOptions]
    : [args: Relaxed<Args<E>>, options?: CallOptions];
