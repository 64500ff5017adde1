import { io, type Socket } from 'socket.io-client';
import type supertest from 'supertest';
import { apiPrefix } from '#shared/api';
import type {
  Ack,
  ClientEvent,
  ClientPayload,
  ClientToServer,
  Reply,
  ServerEvent,
  ServerPayload,
  ServerToClient,
} from '#shared/socketEvents';
import type { User } from '#shared/users';

export const password = 'correct horse battery';

/** The body of a response without the id of its request, to compare two responses. */
export const textOf = ({ text }: { text: string }): string => text.replace(/,"requestId":"[^"]*"/, '');

type Agent = ReturnType<typeof supertest.agent>;

/** A person who uses the app over HTTP and sockets, with their own cookie jar. */
export class Person {
  readonly agent: Agent;
  readonly url: string;
  #user: User | undefined;

  constructor(url: string, agent: Agent) {
    this.url = url;
    this.agent = agent;
  }

  get user(): User {
    if (!this.#user) throw new Error('This person is not signed in.');
    return this.#user;
  }

  get(path: string) {
    return this.agent.get(apiPrefix + path);
  }
  post(path: string, body?: object) {
    return this.agent.post(apiPrefix + path).send(body);
  }
  put(path: string, body?: object) {
    return this.agent.put(apiPrefix + path).send(body);
  }
  patch(path: string, body: object) {
    return this.agent.patch(apiPrefix + path).send(body);
  }
  delete(path: string) {
    return this.agent.delete(apiPrefix + path);
  }

  async signUp(name: string): Promise<void> {
    const email = `${name.toLowerCase()}@example.org`;
    const response = await this.post('/auth/sign-up', { name, email, password }).expect(201);
    this.#user = (response.body as { user: User }).user;
  }

  async signIn(email: string): Promise<void> {
    const response = await this.post('/auth/sign-in', { email, password }).expect(200);
    this.#user = (response.body as { user: User }).user;
  }

  /** Reads the signed-in user again. */
  async refresh(): Promise<void> {
    const response = await this.get('/me').expect(200);
    this.#user = (response.body as { user: User }).user;
  }

  /** The session cookie, as a browser sends it. */
  cookie(): string {
    const jar = this.agent.jar.getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false });
    return jar.toValueString();
  }

  /** Opens a socket with this person's session. Rejects with the server's reason when the server refuses it. */
  async connect(options: { origin?: string } = {}): Promise<TestSocket> {
    const extraHeaders: Record<string, string> = { cookie: this.cookie() };
    if (options.origin) extraHeaders.origin = options.origin;
    const socket: Socket<ServerToClient, ClientToServer> = io(this.url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders,
    });
    // Listens first, because the server may send events as soon as the socket is connected.
    const testSocket = new TestSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('connect_error', reject);
    });
    return testSocket;
  }
}

/** A socket that records every event it receives. */
export class TestSocket {
  readonly raw: Socket<ServerToClient, ClientToServer>;
  readonly received: { name: string; payload: unknown }[] = [];
  #waiting = new Set<() => void>();

  constructor(raw: Socket<ServerToClient, ClientToServer>) {
    this.raw = raw;
    const checkAll = () => this.#waiting.forEach((check) => check());
    raw.onAny((name: string, payload: unknown) => {
      this.received.push({ name, payload });
      checkAll();
    });
    raw.on('disconnect', checkAll);
  }

  /** Sends an event and returns the acknowledgement, whether it succeeded or not. */
  request<N extends ClientEvent>(name: N, payload: ClientPayload<N>): Promise<Ack<Reply<N>>> {
    const socket = this.raw.timeout(20_000) as unknown as {
      emitWithAck(name: N, payload: ClientPayload<N>): Promise<Ack<Reply<N>>>;
    };
    return socket.emitWithAck(name, payload);
  }

  /** Every event of this name received so far. */
  payloads<N extends ServerEvent>(name: N): ServerPayload<N>[] {
    return this.received
      .filter((event) => event.name === name)
      .map((event) => event.payload as ServerPayload<N>);
  }

  /** Resolves with the first matching event, received already or later. */
  async waitFor<N extends ServerEvent>(
    name: N,
    matches: (payload: ServerPayload<N>) => boolean = () => true,
  ): Promise<ServerPayload<N>> {
    let found: ServerPayload<N> | undefined;
    await this.#waitUntil(
      () => (found = this.payloads(name).find(matches)) !== undefined,
      `the event ${name}`,
    );
    return found!;
  }

  /** Resolves when the server has closed the socket. */
  async waitUntilClosed(): Promise<void> {
    await this.#waitUntil(() => this.raw.disconnected, 'the socket to close');
  }

  close(): void {
    this.raw.disconnect();
  }

  #waitUntil(isMet: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`Waited 30 s for ${what}.`));
      }, 30_000);
      const check = () => {
        if (!isMet()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}
