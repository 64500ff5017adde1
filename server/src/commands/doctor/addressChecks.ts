import type { Env } from '../../platform/env.ts';
import { ok, warning, type Finding } from './finding.ts';

const isLocal = (host: string) => /^(localhost|127\..*|\[::1\]|.*\.localhost)$/.test(host);

/** Checks the public URL. */
export function checkUrl({ WEBUI_URL: text }: Env): Finding {
  if (text === undefined)
    return warning(
      'WEBUI_URL',
      'is not set: links start with the address each request came from.',
      'Set it to the address people open.',
    );
  const url = new URL(text);
  if (url.protocol === 'https:' || isLocal(url.hostname)) return ok('WEBUI_URL', text);
  return warning(
    'WEBUI_URL',
    `${text} is not encrypted: passwords can be read on the way.`,
    'Put a reverse proxy with HTTPS in front, and use its https:// address.',
  );
}

/** Checks that the number of proxies fits the public URL. */
export function checkProxies({ TRUST_PROXY: proxies, WEBUI_URL: url }: Env): Finding {
  const isHttps = url?.startsWith('https:') ?? false;
  if (isHttps && proxies === 0)
    return warning(
      'TRUST_PROXY',
      'is 0, but WEBUI_URL is https, which only a proxy can serve: all people seem to have one address.',
      'Set it to the number of proxies in front, usually 1.',
    );
  if (!isHttps && proxies > 0)
    return warning(
      'TRUST_PROXY',
      `is ${proxies}, but WEBUI_URL is not https: without a proxy, anyone can pretend to have another address.`,
      'Set it to 0, or set WEBUI_URL to the address of the proxy.',
    );
  return ok('TRUST_PROXY', String(proxies));
}
