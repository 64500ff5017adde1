import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import helmet from 'helmet';
import { DomainError, forbidden, invalid } from '../errors.ts';
import type { Env } from '../env.ts';
import { isKnownHost } from './hosts.ts';

/** One policy for every page, also in development, so that no code depends on a weaker one. */
export const securityHeaders = (env: Env): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // KaTeX positions glyphs with style attributes. Style elements stay forbidden.
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
    // The tab of the community site sends a message to the page that opened it when it is ready.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // The URL of a shared page is a secret, so it is never sent as a referrer.
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: env.WEBUI_URL?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  });

/** Returns the public origin: from the environment, otherwise from the request. */
export const publicOrigin = (env: Env, req: Request): string =>
  env.WEBUI_URL ? new URL(env.WEBUI_URL).origin : `${req.protocol}://${req.headers.host ?? ''}`;

/** Whether the request names one host. With several, a proxy and this server could each believe another one. */
export const hasOneHost = ({ rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.filter((value, at) => at % 2 === 0 && value.toLowerCase() === 'host').length <= 1;

export const oneHostOnly: RequestHandler = (req, _res, next) => {
  if (!hasOneHost(req)) throw invalid('The request names more than one host.');
  next();
};

/** Whether a request with this `Origin` comes from our own pages. */
export function isOwnOrigin(env: Env, origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const { origin: exact, host: originHost } = new URL(origin);
  if (env.WEBUI_URL) return exact === new URL(env.WEBUI_URL).origin;
  // Without a configured URL only the host is compared: behind a proxy the protocol is uncertain.
  return originHost === host?.toLowerCase() && isKnownHost(env, host);
}

const isOtherSite = (site: string | undefined) =>
  site !== undefined && site !== 'same-origin' && site !== 'none';

/** Our own page under an address that is not the configured one: the person needs the right one, not a warning. */
const wrongAddress = (url: string) =>
  forbidden(`This instance is used at ${url}. Open it there.`, 'wrong_address');

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Rejects changes that another site triggers in a browser. Browsers always send `Origin` or `Sec-Fetch-Site` with a
 * change; a client that sends neither is not a browser and has no cookie that another site could abuse.
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
    if (isOtherSite(site)) throw forbidden('This request came from another site.');
    if (origin !== undefined && !isOwnOrigin(env, origin, req.headers.host)) {
      const isSameHost = URL.canParse(origin) && new URL(origin).host === req.headers.host;
      throw env.WEBUI_URL && isSameHost
        ? wrongAddress(env.WEBUI_URL)
        : forbidden('This request came from another site.');
    }
    next();
  };

/** Accepts JSON bodies only, because a form on another site cannot send JSON. Rejects bodies without a type too. */
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

/** API responses are personal and change often: caches must not store them, search engines must not index them. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  res.set('X-Robots-Tag', 'noindex, nofollow');
  next();
};
