import type { Api } from '#shared/api';
import type { ResponseOf } from '#shared/endpoint';
import type { ArgumentsOf } from './arguments.ts';
import { send } from './send.ts';
import { urlOf } from './url.ts';
import type { UrlParts } from './url.ts';

type Route = keyof Api;

/**
 * Calls an endpoint of the HTTP interface: `call('GET /chats/:id', { params: { id } })`.
 * Rejects with an `ApiError`, or with the reason of `options.signal` when that is aborted.
 */
export async function call<R extends Route>(
  route: R,
  ...[args, options]: ArgumentsOf<Api[R]>
): Promise<ResponseOf<Api[R]>> {
  const { body, ...parts } = (args ?? {}) as UrlParts & { body?: unknown };
  const response = await send(urlOf(route, parts), {
    method: route.slice(0, route.indexOf(' ')),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: options?.signal ?? null,
  });
  // The server checks its responses against the schema this type is inferred from.
  return response as ResponseOf<Api[R]>;
}

/** Returns the URL of an endpoint, for downloads: `<a href={downloadUrl('GET /chats/:id/export', …)} download>`. */
export const downloadUrl = <R extends Route & `GET ${string}`>(
  route: R,
  ...[args]: ArgumentsOf<Api[R]>
): string => urlOf(route, args);
