import { isIP } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import { forbidden } from '../errors.ts';
import type { Env } from '../env.ts';

/**
 * Names that nobody can register on the internet: a page of an attacker cannot be opened under them and then be
 * rebound to this server. Source: https://www.iana.org/assignments/special-use-domain-names and RFC 8375.
 */
const privateSuffixes = ['.localhost', '.local', '.internal', '.home.arpa'];

/** Returns the name or address of a `Host` header in lower case, without port and root dot; undefined if it is malformed. */
function hostNameOf(host: string): string | undefined {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  const name = host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  return name === '' ? undefined : name;
}

/**
 * Whether a request may name this host. With `WEBUI_URL` every host may be named, because origins are compared with
 * that URL; without it the host decides what an own origin is, so names that an attacker could own are refused.
 */
export function isKnownHost(env: Env, host: string | undefined): boolean {
  if (env.WEBUI_URL) return true;
  const name = host === undefined ? undefined : hostNameOf(host);
  if (name === undefined) return false;
  return (
    isIP(name) !== 0 ||
    !name.includes('.') ||
    privateSuffixes.some((suffix) => name.endsWith(suffix)) ||
    (env.ALLOWED_HOSTS ?? []).some((allowed) => hostNameOf(allowed) === name)
  );
}

const explanation =
  'Parley does not know the address under which it was opened. Its admin sets WEBUI_URL to the public URL, or adds the name to ALLOWED_HOSTS, and restarts it.';

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Unknown address</title>
<h1>Unknown address</h1>
<p>Parley does not know the address under which you opened it, so it shows nothing here.</p>
<p>If you run this instance, set <code>WEBUI_URL</code> to its public URL, for example
<code>WEBUI_URL=https://chat.example.org</code>, or add the name to <code>ALLOWED_HOSTS</code>, and restart it.
Opening it by its IP address works without a setting.</p>
</html>
`;

/**
 * Rejects requests under a host name that is not known. Otherwise a page of another site could be rebound to this
 * server by DNS, share its origin, and create the first account.
 */
export const knownHostOnly =
  (env: Env, apiPrefix: string): RequestHandler =>
  (req: Request, res: Response, next) => {
    if (isKnownHost(env, req.headers.host)) next();
    else if (req.path.startsWith(`${apiPrefix}/`)) throw forbidden(explanation, 'unknown_host');
    else res.status(403).set('Cache-Control', 'no-store').type('html').send(page);
  };
