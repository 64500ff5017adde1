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
import type { Socket } from 'socket.io-client';
import type * as SocketIo from 'socket.io-client';
import { t } from '../i18n/t.ts';
import { ApiError } from './apiError.ts';

type Connection = Socket<ServerToClient, ClientToServer>;
type Handler = (payload: never) => void;

/** Milliseconds to wait for the reply to an event before it counts as failed. */
const replyTimeout = 10_000;
/** Milliseconds a client waits at most before it comes back to a server that stopped, so that not all come at once. */
const returnSpread = 3_000;
/** Milliseconds until a client that was refused asks again: the server may have been short of something for a moment. */
const refusedWait = 10_000;

/**
 * The realtime connection of this tab. Handlers may be registered at any time and outlive reconnects;
 * what was missed in between is the business of `onReconnect`.
 */
export class RealtimeSocket {
  #connected = $state(false);
  #connection: Connection | null = null;
  #opening: Promise<Connection> | null = null;
  #wasConnected = false;
  #endedBy: ServerPayload<'session:ended'>['reason'] | null = null;
  #returning: ReturnType<typeof setTimeout> | undefined;
  readonly #handlers = new Map<ServerEvent, Set<Handler>>();
  readonly #reconnectHooks = new Set<() => void>();
  readonly #refusalHooks = new Set<() => void>();
  readonly #load: () => Promise<typeof SocketIo>;

  constructor(load = () => import('socket.io-client')) {
    this.#load = load;
  }

  /** Whether events arrive at present. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Opens the connection, once; the library is loaded on the first call. */
  async connect(): Promise<void> {
    await this.#open();
  }

  /** Closes the connection and stays closed until `connect`. Handlers stay registered. */
  disconnect(): void {
    clearTimeout(this.#returning);
    this.#connection?.removeAllListeners();
    this.#connection?.disconnect();
    this.#connection = null;
    this.#opening = null;
    this.#connected = false;
    this.#wasConnected = false;
    this.#endedBy = null;
  }

  /** Hears an event of the server. Returns the way to stop. */
  on<Name extends ServerEvent>(name: Name, handler: (payload: ServerPayload<Name>) => void): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** Called after every connection but the first: time to ask for what was missed. */
  onReconnect(hook: () => void): () => void {
    this.#reconnectHooks.add(hook);
    return () => this.#reconnectHooks.delete(hook);
  }

  /** Called when the server does not let this person connect: time to ask whether they are signed in at all. */
  onRefused(hook: () => void): () => void {
    this.#refusalHooks.add(hook);
    return () => this.#refusalHooks.delete(hook);
  }

  /** Sends an event and waits for its reply; rejects with an `ApiError` when it is refused or does not come. */
  async emit<Name extends ClientEvent>(name: Name, payload: ClientPayload<Name>): Promise<Reply<Name>> {
    const connection = (await this.#open()) as Socket;
    let ack: Ack<Reply<Name>>;
    try {
      ack = (await connection.timeout(replyTimeout).emitWithAck(name, payload)) as Ack<Reply<Name>>;
    } catch {
      throw new ApiError(0, 'timed_out', t('common.timedOut'));
    }
    if (!ack.ok) throw new ApiError(0, ack.error.code, ack.error.message);
    return ack.data;
  }

  /** Forgets everything, for tests. */
  reset(): void {
    this.disconnect();
    this.#handlers.clear();
    this.#reconnectHooks.clear();
    this.#refusalHooks.clear();
  }

  #open(): Promise<Connection> {
    this.#opening ??= this.#start().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #start(): Promise<Connection> {
    const { io } = await this.#load();
    // Polling is for networks that break websockets; trying it first would cost every other one a round trip.
    const connection: Connection = io({ transports: ['websocket', 'polling'], tryAllTransports: true });
    this.#connection = connection;
    connection.on('connect', () => this.#arrived());
    connection.on('disconnect', (reason) => this.#left(reason));
    connection.on('connect_error', () => {
      // From a lost network the library comes back by itself.
      if (!connection.active) this.#refused();
    });
    connection.onAny((name: ServerEvent, payload: unknown) => this.#deliver(name, payload));
    return connection;
  }

  #arrived(): void {
    this.#connected = true;
    const again = this.#wasConnected;
    this.#wasConnected = true;
    if (again) for (const hook of this.#reconnectHooks) hook();
  }

  #refused(): void {
    this.#returning = setTimeout(() => this.#connection?.connect(), refusedWait);
    for (const hook of this.#refusalHooks) hook();
  }

  #left(reason: string): void {
    this.#connected = false;
    const endedBy = this.#endedBy;
    this.#endedBy = null;
    // The library does not come back by itself when the server hung up; after a sign-out it must not.
    if (reason !== 'io server disconnect' || endedBy === 'signed_out') return;
    const wait = endedBy === 'server_stopping' ? Math.random() * returnSpread : 0;
    this.#returning = setTimeout(() => this.#connection?.connect(), wait);
  }

  #deliver(name: ServerEvent, payload: unknown): void {
    if (name === 'session:ended') this.#endedBy = (payload as ServerPayload<'session:ended'>).reason;
    for (const handler of this.#handlers.get(name) ?? []) handler(payload as never);
  }
}

export const socket = new RealtimeSocket();
