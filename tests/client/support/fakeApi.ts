import type { Api } from '#shared/api';
import type { ResponseOf } from '#shared/endpoint';
import { matcher } from '../../../client/src/router/path.ts';

type Route = keyof Api;

/** One request as the fake server received it. */
export interface Received {
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}
type Answer<R extends Route> = (received: Received) => ResponseOf<Api[R]> | Promise<ResponseOf<Api[R]>>;

/** A refusal of the fake server, in the form of the real one. */
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
  answer: (received: Received) => unknown;
  route: Route;
}

/** Takes the place of `fetch`: answers with what a test says, and notes what was asked. */
export class FakeApi {
  readonly received: ({ route: Route } & Received)[] = [];
  offline = false;
  #mounted: Mounted[] = [];

  constructor() {
    globalThis.fetch = ((url: string, request?: RequestInit) => this.#fetch(url, request)) as typeof fetch;
  }

  /** The latest answer given for a route is the one that counts. */
  on<R extends Route>(route: R, answer: Answer<R>): this {
    const [method = '', path = ''] = route.split(' ');
    this.#mounted.unshift({ method, match: matcher(`/api/v1${path}`), answer, route });
    return this;
  }

  /** What was asked of one route, in order. */
  to(route: Route): Received[] {
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
      return await answered(mounted.answer, received);
    }
    throw new Error(`The test answers no ${method} ${url.pathname}`);
  }
}

async function answered(answer: Mounted['answer'], received: Received): Promise<unknown> {
  try {
    return response(200, await answer(received));
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
