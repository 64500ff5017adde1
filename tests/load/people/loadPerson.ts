import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { io, type Socket } from 'socket.io-client';
import { Agent, request, type Dispatcher } from 'undici';
import { apiPrefix } from '#shared/api';
import type { ClientToServer, ServerToClient } from '#shared/socketEvents';
import type { Kind, Recorder } from '../measurements.ts';
import { emailOf, password } from '../seed/rows.ts';

/** Milliseconds after which a request without a response counts as failed. */
const requestTimeoutMs = 30_000;
/** Connections of all people together, as many as browsers of this many people keep open. */
const connections = 256;

const decoders: Record<string, (bytes: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync };

interface Call {
  kind: Kind;
  method: Dispatcher.HttpMethod;
  path: string;
  body?: object;
  /** When the person wanted to send it (`performance.now()`); absent: now. */
  wantedAt?: number;
}

/** What all people share. */
export interface World {
  url: string;
  recorder: Recorder;
  dispatcher: Agent;
}

export const createDispatcher = () =>
  new Agent({ connections, headersTimeout: requestTimeoutMs, bodyTimeout: requestTimeoutMs });

/** A person with a browser: a session, a socket, and what their screens show. */
export class LoadPerson {
  readonly number: number;
  readonly world: World;
  /** Ids of chats and links that their lists have shown. */
  chatIds: string[] = [];
  linkIds: string[] = [];
  /** The next pages of their lists. */
  chatCursor: string | null = null;
  linkCursor: string | null = null;
  #cookie = '';

  constructor(number: number, world: World) {
    this.number = number;
    this.world = world;
  }

  get isAdmin(): boolean {
    return this.number === 0;
  }

  async signIn(): Promise<void> {
    const body = { email: emailOf(this.number), password };
    const response = await this.#send({ kind: 'sign in', method: 'POST', path: '/auth/sign-in', body });
    if (response?.status !== 200)
      throw new Error(`Person ${this.number} cannot sign in: ${response?.status ?? 'no response'}`);
    this.#cookie = response.cookie;
  }

  /** Returns the body of a successful response, undefined after any other. */
  async call<T>(call: Call): Promise<T | undefined> {
    const response = await this.#send(call);
    return response && response.status < 300 ? (response.json() as T) : undefined;
  }

  /** Sends the request and reads the whole response, without looking at its body. */
  async fetch(call: Call): Promise<void> {
    await this.#send(call);
  }

  /** Opens the socket of a tab. Resolves when it is connected. */
  async connect(): Promise<Socket<ServerToClient, ClientToServer>> {
    const socket: Socket<ServerToClient, ClientToServer> = io(this.world.url, {
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { cookie: this.#cookie },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('connect_error', reject);
    });
    socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') this.world.recorder.current.disconnects++;
    });
    return socket;
  }

  async #send({ kind, method, path, body, wantedAt = performance.now() }: Call) {
    const { url, dispatcher, recorder } = this.world;
    // A request that began during the warm-up is not counted in the measurement.
    const measurements = recorder.current;
    try {
      const response = await request(url + apiPrefix + path, {
        dispatcher,
        method,
        headers: {
          cookie: this.#cookie,
          'accept-encoding': 'gzip, br',
          ...(body && { 'content-type': 'application/json' }),
        },
        body: body ? JSON.stringify(body) : undefined,
      });
      const bytes = Buffer.from(await response.body.arrayBuffer());
      measurements.add(kind, performance.now() - wantedAt, response.statusCode);
      const decode = decoders[String(response.headers['content-encoding'])] ?? ((plain: Buffer) => plain);
      const [cookie = ''] = [response.headers['set-cookie'] ?? []].flat();
      return {
        status: response.statusCode,
        cookie: cookie.split(';')[0]!,
        json: (): unknown => (bytes.length > 0 ? JSON.parse(decode(bytes).toString()) : {}),
      };
    } catch (error) {
      measurements.add(kind, performance.now() - wantedAt, (error as Error).message);
      return undefined;
    }
  }
}
