import type { z } from 'zod';

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to `/api/v1`, parameters as `:name`. */
  path: string;
  /** Status of the successful response; 200 when absent. */
  status?: number;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** `stream`: the handler reads the request body itself, for uploads. Absent: JSON, parsed with `body`. */
  bodyMode?: 'stream';
  /** Absent when the response has no body (202, 204). */
  response?: z.ZodType;
  /** `raw`: the handler writes the response itself (a download, stored bytes). Absent: JSON, parsed with `response`. */
  responseMode?: 'raw';
}

/** Keeps the literal types of an endpoint, so that server and client infer theirs from one value. */
export const endpoint = <const E extends Endpoint>(e: E): E => e;

type Part = 'params' | 'query' | 'body';
type Present<E extends Endpoint> = {
  [P in Part as E[P] extends z.ZodType ? P : never]: Extract<E[P], z.ZodType>;
};

/** What the client sends. */
export type Args<E extends Endpoint> = {
  [P in keyof Present<E>]: z.input<Present<E>[P]>;
};
/** What the handler receives, after parsing. */
export type ParsedInput<E extends Endpoint> = {
  [P in keyof Present<E>]: z.output<Present<E>[P]>;
};
/** What the client receives. */
export type ResponseOf<E extends Endpoint> = E['response'] extends z.ZodType
  ? z.output<E['response']>
  : undefined;
/** What the handler returns, before it is parsed. */
export type HandlerResult<E extends Endpoint> = E extends { responseMode: 'raw' }
  ? void
  : E['response'] extends z.ZodType
    ? z.input<E['response']>
    : void;
