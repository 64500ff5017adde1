import type { Api } from '#shared/api';
import type { ResponseOf } from '#shared/endpoint';
import type { ArgumentsOf } from './arguments.ts';
import { send } from './send.ts';
import { urlOf } from './url.ts';
import type { AddressParts } from './url.ts';

type Route = keyof Api;

/**
 * Calls an endpoint of the contract: `call('GET /chats/:id', { params: { id } })`.
 * Rejects with an `ApiError`, or with the reason of `options.signal` when that is aborted.
 */
export async function call<R extends Route>(
  route: R,
  ...[args, options]: ArgumentsOf<Api[R]>
): Promise<ResponseOf<Api[R]>> {
  const { body, ...address } = (args ?? {}) as AddressParts & { body?: unknown };
  const answer = await send(urlOf(route, address), {
    method: route.slice(0, route.indexOf(' ')),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: options?.signal ?? null,
  });
  // The server parses its answers with the schema this type is made of.
  return answer as ResponseOf<Api[R]>;
}

/** The address of an endpoint, for downloads: `<a href={addressOf('GET /chats/:id/export', …)} download>`. */
export const addressOf = <R extends Route & `GET ${string}`>(
  route: R,
  ...[args]: ArgumentsOf<Api[R]>
): string => urlOf(route, args);
