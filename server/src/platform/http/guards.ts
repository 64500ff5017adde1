import type { Request, RequestHandler } from 'express';
import helmet from 'helmet';
import { DomainError, forbidden } from '../errors.ts';
import type { Env } from '../env.ts';

/** One policy for every page, also in development, so that nothing works only where it is off. */
export const securityHeaders = (env: Env): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // KaTeX places its glyphs with style attributes; style elements stay forbidden.
        styleSrcAttr: ["'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // The community site's tab must be able to say that it is ready, so openers stay connected to what they open.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // The address of a shared page is all it takes to find it: it never leaves in a referrer.
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: env.WEBUI_URL?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  });

/** The origin people see, as the environment or else the request itself says. */
export const publicOrigin = (env: Env, req: Request): string =>
  env.WEBUI_URL ? new URL(env.WEBUI_URL).origin : `${req.protocol}://${req.headers.host ?? ''}`;

/** Whether a request that carries this `Origin` comes from our own pages. */
export function isOwnOrigin(env: Env, origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const { origin: exact, host: originHost } = new URL(origin);
  // Without a configured address the host is compared: behind a proxy the protocol is not known for sure.
  return env.WEBUI_URL ? exact === new URL(env.WEBUI_URL).origin : originHost === host;
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses changes that another site makes a browser send. Browsers always say where a change comes from; what says
 * nothing is no browser, and has no cookie it did not ask for.
 * Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export const sameOriginOnly =
  (env: Env): RequestHandler =>
  (req, _res, next) => {
    if (safeMethods.has(req.method)) {
      next();
      return;
    }
    const site = req.headers['sec-fetch-site'];
    const origin = req.headers.origin;
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      throw forbidden('This request came from another site.');
    if (origin !== undefined && !isOwnOrigin(env, origin, req.headers.host)) {
      throw forbidden('This request came from another site.');
    }
    next();
  };

/** Changes are sent as JSON, which no form of another site can send. A body without a type is refused too. */
export const jsonOnly: RequestHandler = (req, _res, next) => {
  const type = req.headers['content-type'];
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  const isJson = type !== undefined && /^application\/json\b/i.test(type);
  if (safeMethods.has(req.method) || isJson || (!hasBody && type === undefined)) {
    next();
    return;
  }
  throw new DomainError('wrong_type', 'Send JSON with the content type application/json.');
};

/** API responses belong to one person and one moment: no cache stores them, no search engine lists them. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  res.set('X-Robots-Tag', 'noindex, nofollow');
  next();
};
