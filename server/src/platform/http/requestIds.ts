import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { Env } from '../env.ts';
import { inRequest, newRequestId } from '../requestContext.ts';

const header = 'X-Request-Id';
/** What proxies and tracing tools send: UUIDs, hexadecimal digits, base64url. It is written to logs, so nothing else. */
const validId = /^[\w.-]{6,64}$/;

/**
 * Gives every request an id: the one that a trusted proxy sent, otherwise a new one. It is in the response, in the body
 * of errors and in every log message of the request.
 */
export const requestIds =
  ({ TRUST_PROXY }: Env): RequestHandler =>
  (req, res, next) => {
    const sent = TRUST_PROXY > 0 ? req.get(header) : undefined;
    const id = sent !== undefined && validId.test(sent) ? sent : newRequestId();
    res.setHeader(header, id);
    inRequest(id, next);
  };

/** Returns the id of the request; undefined before `requestIds` ran. */
export function requestIdOf(res: ServerResponse): string | undefined {
  const id = res.getHeader(header);
  return typeof id === 'string' ? id : undefined;
}
