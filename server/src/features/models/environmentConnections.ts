import { isIP } from 'node:net';
import type { Env } from '../../platform/env.ts';
import type { Logger } from '../../platform/log.ts';
import type { ModelConnection } from './connections.contract.ts';

const openai = 'https://api.openai.com/v1';
/** Ollama needs no key, but some compatible servers require a non-empty one. */
const ollamaKey = 'ollama';

const isHttp = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/** Ends of host names that exist in local networks only (RFC 2606, 6762 and 8375, and common practice). */
const localName =
  /(^[^.]+|\.(local|localdomain|localhost|internal|intranet|private|corp|home|lan|svc|arpa|test))\.?$/i;

/** Returns a name for members, who see which connection serves a model: hosts of the local network are not shown. */
function nameOf(url: string, position: number): string {
  const { hostname } = new URL(url);
  if (hostname === 'api.openai.com') return 'OpenAI';
  const isLocal = hostname.startsWith('[') || isIP(hostname) !== 0 || localName.test(hostname);
  return isLocal ? `Model server ${position}` : hostname;
}

/** Returns the connections set by environment variables, in their order. Their ids are stable as long as the order is. */
export function environmentConnections(env: Env, log: Logger): ModelConnection[] {
  const keys = env.OPENAI_API_KEYS ?? (env.OPENAI_API_KEY ? [env.OPENAI_API_KEY] : []);
  const single = env.OPENAI_API_BASE_URL ?? (keys.length > 0 ? openai : undefined);
  const urls = env.OPENAI_API_BASE_URLS ?? (single ? [single] : []);
  const configured = urls.map((url, i) => ({
    name: '',
    baseUrl: url.replace(/\/+$/, ''),
    apiKey: keys[i] || null,
  }));
  if (env.OLLAMA_BASE_URL) {
    configured.push({
      name: 'Ollama',
      baseUrl: `${env.OLLAMA_BASE_URL.replace(/\/v1$/, '')}/v1`,
      apiKey: ollamaKey,
    });
  }
  return configured.flatMap(({ name, baseUrl, apiKey }, i) => {
    if (!isHttp(baseUrl)) {
      if (baseUrl)
        log.error({ position: i + 1 }, 'OPENAI_API_BASE_URLS contains an invalid http or https URL');
      return [];
    }
    const id = `env-${i + 1}`;
    return {
      id,
      name: name || nameOf(baseUrl, i + 1),
      baseUrl,
      apiKey,
      enabled: true,
      locked: true,
      revision: id,
    };
  });
}
