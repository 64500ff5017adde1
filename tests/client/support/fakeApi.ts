import type { Api } from '#shared/api';
import type { ResponseOf } from '#shared/endpoint';
import { matcher } from '../../../client/src/router/path.ts';

type Route = keyof Api;

/** A request that the fake server received. */
export interface ReceivedRequest {
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}
type Handler<R extends Route> = (
  request: ReceivedRequest,
) => ResponseOf<Api[R]> | Promise<ResponseOf<Api[R]>>;

/** An error response of the fake server, in the format of the real one. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;
  constructor(status: number, code: string, message = 'Refused.', details?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

interface Mounted {
  method: string;
  match: (pathname: string) => Record<string, string> | null;
  handler: (request: ReceivedRequest) => unknown;
  route: Route;
}

/** Replaces `fetch`: responds as the test defines, and records the requests. */
export class FakeApi {
  readonly received: ({ route: Route } & ReceivedRequest)[] = [];
  offline = false;
  #mounted: Mounted[] = [];

  constructor() {
    globalThis.fetch = ((url: string, request?: RequestInit) => this.#fetch(url, request)) as typeof fetch;
  }

  /** Sets the handler of a route, replacing an earlier one. */
  on<R extends Route>(route: R, handler: Handler<R>): this {
    const [method = '', path = ''] = route.split(' ');
    this.#mounted.unshift({ method, match: matcher(`/api/v1${path}`), handler, route });
    return this;
  }

  /** Returns the requests to one route, in order. */
  requestsTo(route: Route): ReceivedRequest[] {
    return this.received.filter((received) => received.route === route);
  }

  async #fetch(address: string, request: RequestInit = {}): Promise<unknown> {
    const url = new URL(address, 'http://localhost');
    const { method = 'GET', signal } = request;
    await Promise.resolve();
    if (signal?.aborted) throw new Error('aborted');
    if (this.offline) throw new TypeError('Failed to fetch');
    for (const mounted of this.#mounted) {
      const params = mounted.method === method ? mounted.match(url.pathname) : null;
      if (!params) continue;
      const body: unknown = typeof request.body === 'string' ? JSON.parse(request.body) : undefined;
      const received = { params, query: Object.fromEntries(url.searchParams), body };
      this.received.push({ route: mounted.route, ...received });
      return await respond(mounted.handler, received);
    }
    throw new Error(`The test has no handler for ${method} ${url.pathname}`);
  }
}

async function respond(handler: Mounted['handler'], request: ReceivedRequest): Promise<unknown> {
  try {
    return response(200, await handler(request));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, code, message, details } = error;
    return response(status, { error: { code, message, details } });
  }
}

function response(status: number, body: unknown): unknown {
  const text = body === undefined ? '' : JSON.stringify(body);
  return {
    ok: status < 400,
    status,
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text)),
  };
}
