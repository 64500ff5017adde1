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
import { serverError } from './serverError.ts';

type Connection = Socket<ServerToClient, ClientToServer>;
type Handler = (payload: never) => void;

/** Milliseconds to wait for the reply to an event before it counts as failed. */
const replyTimeoutMs = 10_000;
/** Longest random delay in milliseconds before reconnecting to a restarted server, so that tabs spread out. */
const reconnectSpreadMs = 3_000;
/** Milliseconds before reconnecting after this browser got a new session cookie, so that the cookie has arrived. */
const renewedDelayMs = 1_000;
/** Milliseconds before a refused connection is tried again: the server may have been overloaded for a moment. */
const refusedRetryMs = 10_000;

/**
 * The realtime connection of this tab. Handlers can be registered at any time and survive reconnects; use
 * `onReconnect` to read what was missed in between.
 */
export class RealtimeSocket {
  #connected = $state(false);
  #paused = $state(false);
  #connection: Connection | null = null;
  #opening: Promise<Connection> | null = null;
  #wasConnected = false;
  #endReason: ServerPayload<'session:ended'>['reason'] | null = null;
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  #resumeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #handlers = new Map<ServerEvent, Set<Handler>>();
  readonly #reconnectHooks = new Set<() => void>();
  readonly #refusalHooks = new Set<() => void>();
  readonly #load: () => Promise<typeof SocketIo>;

  constructor(load = () => import('socket.io-client')) {
    this.#load = load;
  }

  /** Whether the connection is open right now. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Whether changes made elsewhere may not arrive for now, although the connection is open. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Opens the connection if it is not open yet; the library is loaded on the first call. */
  async connect(): Promise<void> {
    await this.#open();
  }

  /** Closes the connection until the next `connect`. Handlers stay registered. */
  disconnect(): void {
    clearTimeout(this.#reconnectTimer);
    clearTimeout(this.#resumeTimer);
    this.#connection?.removeAllListeners();
    this.#connection?.disconnect();
    this.#connection = null;
    this.#opening = null;
    this.#connected = false;
    this.#paused = false;
    this.#wasConnected = false;
    this.#endReason = null;
  }

  /** Handles an event from the server. Returns a function that removes the handler. */
  on<Name extends ServerEvent>(name: Name, handler: (payload: ServerPayload<Name>) => void): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** Calls `hook` after every connection except the first, and after a pause, to read what was missed. */
  onReconnect(hook: () => void): () => void {
    this.#reconnectHooks.add(hook);
    return () => this.#reconnectHooks.delete(hook);
  }

  /** Calls `hook` when the server refuses the connection, to find out whether the person is still signed in. */
  onRefused(hook: () => void): () => void {
    this.#refusalHooks.add(hook);
    return () => this.#refusalHooks.delete(hook);
  }

  /** Sends an event and returns its reply; rejects with an `ApiError` when it is refused or times out. */
  async emit<Name extends ClientEvent>(name: Name, payload: ClientPayload<Name>): Promise<Reply<Name>> {
    const connection = (await this.#open()) as Socket;
    let ack: Ack<Reply<Name>>;
    try {
      ack = (await connection.timeout(replyTimeoutMs).emitWithAck(name, payload)) as Ack<Reply<Name>>;
    } catch {
      throw new ApiError(0, 'timed_out', t('common.timedOut'));
    }
    if (!ack.ok) throw serverError(0, ack.error);
    return ack.data;
  }

  /** Disconnects and removes all handlers, for tests. */
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
    // Polling is for networks that block websockets; trying it first would cost all others a round trip.
    const connection: Connection = io({ transports: ['websocket', 'polling'], tryAllTransports: true });
    this.#connection = connection;
    connection.on('connect', () => this.#handleConnect());
    connection.on('disconnect', (reason) => this.#handleDisconnect(reason));
    connection.on('connect_error', () => {
      // The library itself reconnects after network failures.
      if (!connection.active) this.#handleRefusal();
    });
    connection.onAny((name: ServerEvent, payload: unknown) => this.#dispatch(name, payload));
    return connection;
  }

  #handleConnect(): void {
    this.#connected = true;
    const isReconnect = this.#wasConnected;
    this.#wasConnected = true;
    if (isReconnect) this.#readMissed();
  }

  #readMissed(): void {
    for (const hook of this.#reconnectHooks) hook();
  }

  #handleLiveChange(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#resumeTimer = setTimeout(() => this.#readMissed(), Math.random() * reconnectSpreadMs);
  }

  #handleRefusal(): void {
    this.#reconnectTimer = setTimeout(() => this.#connection?.connect(), refusedRetryMs);
    for (const hook of this.#refusalHooks) hook();
  }

  #handleDisconnect(reason: string): void {
    this.#connected = false;
    this.#paused = false;
    const endReason = this.#endReason;
    this.#endReason = null;
    // The library does not reconnect after the server closed the connection; after a sign-out it must not.
    if (reason !== 'io server disconnect' || endReason === 'signed_out') return;
    this.#reconnectTimer = setTimeout(() => this.#connection?.connect(), reconnectDelayMs(endReason));
  }

  #dispatch(name: ServerEvent, payload: unknown): void {
    if (name === 'live:changed') this.#handleLiveChange((payload as ServerPayload<'live:changed'>).paused);
    if (name === 'session:ended') this.#endReason = (payload as ServerPayload<'session:ended'>).reason;
    for (const handler of this.#handlers.get(name) ?? []) handler(payload as never);
  }
}

function reconnectDelayMs(reason: ServerPayload<'session:ended'>['reason'] | null): number {
  if (reason === 'server_stopping') return Math.random() * reconnectSpreadMs;
  return reason === 'session_renewed' ? renewedDelayMs : 0;
}

export const socket = new RealtimeSocket();
