import type { Request, RequestHandler, Response } from 'express';
import { apiPrefix } from '#shared/api';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { requestIdOf } from './requestIds.ts';

/** Status of a request whose client closed the connection before the response began; the number nginx uses. */
const closedByClient = 499;
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Returns the pattern of the route, never the path: the path of a shared page is a secret. */
export function routeOf(req: Request): string {
  const { path } = (req.route ?? {}) as { path?: string };
  if (path === undefined) return 'none';
  return req.originalUrl.startsWith(`${apiPrefix}/`) ? `${apiPrefix}${path}` : path;
}

interface Parts {
  log: Logger;
  metrics: Metrics;
}

/** Records how long each request took, in the metrics and, at level `debug`, in the log. */
export const requestTimes =
  ({ log, metrics }: Parts): RequestHandler =>
  (req, res, next) => {
    if (metrics.isOn || log.isLevelEnabled('debug')) {
      const startedAt = performance.now();
      res.once('close', () => record({ log, metrics }, { req, res }, performance.now() - startedAt));
    }
    next();
  };

function record({ log, metrics }: Parts, { req, res }: { req: Request; res: Response }, ms: number): void {
  const method = knownMethods.has(req.method) ? req.method : 'other';
  const route = routeOf(req);
  const status = res.headersSent ? res.statusCode : closedByClient;
  metrics.observe('request', ms / 1_000, { method, route, status: String(status) });
  log.debug({ requestId: requestIdOf(res), method, route, status, ms: Math.round(ms) }, 'request');
}
