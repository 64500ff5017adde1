import { createHash, timingSafeEqual } from 'node:crypto';
import { Router, type Request } from 'express';
import type { Env } from '../env.ts';
import { notFound } from '../errors.ts';
import type { Metrics } from './metrics.ts';

/** Headers that a proxy adds. A request with one of them comes from elsewhere. */
const proxyHeaders = /^(forwarded|via|x-forwarded-.*|x-real-ip|x-client-ip|true-client-ip|cf-.*)$/;
const loopbackAddress = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const loopbackHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares digests, so that the time reveals neither a common prefix nor the length. */
const isToken = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token));

/**
 * Whether a program on this machine asks directly. Behind a proxy on this machine every request comes from a loopback
 * address, and a proxy is needed wherever the public address is encrypted.
 */
function isLocal(req: Request, { TRUST_PROXY, WEBUI_URL }: Env): boolean {
  return (
    TRUST_PROXY === 0 &&
    !WEBUI_URL?.startsWith('https:') &&
    loopbackAddress.test(req.socket.remoteAddress ?? '') &&
    loopbackHost.test(req.headers.host ?? '') &&
    !Object.keys(req.headers).some((name) => proxyHeaders.test(name))
  );
}

function isAllowed(req: Request, env: Env): boolean {
  const bearer = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (env.METRICS_TOKEN !== undefined && bearer !== undefined && isToken(bearer, env.METRICS_TOKEN))
    return true;
  return isLocal(req, env);
}

/** `GET /metrics` for Prometheus. For everyone who may not read it, it does not exist. */
export function metricsEndpoint(env: Env, metrics: Metrics): Router {
  const router = Router();
  router.get('/metrics', async (req, res) => {
    if (!isAllowed(req, env)) throw notFound();
    const { type, text } = await metrics.read();
    res.set('Cache-Control', 'no-store').set('Content-Type', type).send(text);
  });
  return router;
}
