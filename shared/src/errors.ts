import { z } from 'zod';

/** The body of every error response. */
export const ErrorBody = z.object({
  error: z.object({
    /** Stable, for programs. */
    code: z.string(),
    /** For people: what happened and what to do. */
    message: z.string(),
    details: z.unknown().optional(),
    /** The request in the log of the server; also in the header `X-Request-Id`. */
    requestId: z.string().optional(),
  }),
});
export type ErrorBody = z.output<typeof ErrorBody>;
