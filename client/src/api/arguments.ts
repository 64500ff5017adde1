import type { Args, Endpoint } from '#shared/endpoint';

export interface CallOptions {
  signal?: AbortSignal;
}

/** Keys that are optional: an optional body, or a query in which every field is optional. */
type OptionalKeys<T> = {
  [K in keyof T]-?: {} extends T[K] ? K : undefined extends T[K] ? K : never;
}[keyof T];
type Relaxed<T> = Omit<T, OptionalKeys<T>> & Partial<Pick<T, OptionalKeys<T>>>;

/** The arguments of one endpoint; none when it needs none. */
export type ArgumentsOf<E extends Endpoint> =
  {} extends Relaxed<Args<E>>
    ? [args?: Relaxed<Args<E>>, options?: CallOptions]
    : [args: Relaxed<Args<E>>, options?: CallOptions];
