import type { z } from 'zod';

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, parameters as `:name`. */
  path: string;
  /** Status of the ordinary answer; 200 when absent. */
  status?: number;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Absent where there is no body to answer with (204, 202) or where it is a download. */
  response?: z.ZodType;
}

/** Keeps the literal types of an endpoint, so that server and client infer from one value. */
export const endpoint = <const E extends Endpoint>(e: E): E => e;

type Part = 'params' | 'query' | 'body';
type Present<E extends Endpoint> = {
  [P in Part as E[P] extends z.ZodType ? P : never]: Extract<E[P], z.ZodType>;
};

/** What the caller sends. */
export type Args<E extends Endpoint> = {
  [P in keyof Present<E>]: z.input<Present<E>[P]>;
};
/** What the handler receives, after parsing. */
export type Parsed<E extends Endpoint> = {
  [P in keyof Present<E>]: z.output<Present<E>[P]>;
};
/** What the caller gets. */
export type Returns<E extends Endpoint> = E['response'] extends z.ZodType
  ? z.output<E['response']>
  : undefined;
/** What the handler answers with, before it is parsed. */
export type Sends<E extends Endpoint> = E['response'] extends z.ZodType ? z.input<E['response']> : void;
