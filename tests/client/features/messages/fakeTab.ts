import type { ClientEvent, ServerEvent, ServerPayload } from '../../../../shared/src/socketEvents.ts';
import { ApiError } from '../../../../client/src/api/apiError.ts';
import type {
  ChatSocket,
  ChatTransport,
} from '../../../../client/src/features/messages/state/chatTransport.ts';
import type { FakeServer } from './fakeServer.ts';

type Handler = (payload: never) => void;
const offline = (): ApiError => new ApiError(0, 'offline', 'Parley cannot be reached.');

/** Returns a copy, as if the value had been sent over the network. */
const serialize = <Value>(value: Value): Value =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);

/** The HTTP and socket connections of one tab to the fake server, with the failures tests can cause. */
export class FakeTab {
  /** When false, requests fail before they arrive. */
  online = true;
  /** When true, the next request is processed, but its response is lost. */
  losesResponse = false;
  /** Responses wait until it is settled. */
  responsesAfter: Promise<unknown> = Promise.resolve();
  connected = true;
  /** Events for which it returns true are lost. */
  drops: (name: ServerEvent) => boolean = () => false;
  readonly emitted: ClientEvent[] = [];
  readonly transport: ChatTransport;
  readonly socket: ChatSocket;
  readonly #server: FakeServer;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #hooks = new Set<() => void>();
  #inRoom = false;

  constructor(server: FakeServer) {
    this.#server = server;
    const request = <Result>(name: string, act: () => Result): Promise<Result> => this.#request(name, act);
    this.transport = {
      create: () => request('create', () => server.create()),
      load: () => request('load', () => server.load()),
      loadEarlier: (_, before, limit) =>
        request('loadEarlier', () => server.branch(server.row(before).parentId, limit)),
      update: (_, update) =>
        request('update', () =>
          update.activeMessageId === undefined
            ? Object.assign(server.chat, update)
            : server.showSibling(update.activeMessageId),
        ),
      ask: (_, { content, parentId = null, idempotencyKey = '' }) =>
        request('ask', () => server.ask(content, parentId, idempotencyKey)),
      regenerate: (_, id) => request('regenerate', () => server.regenerate(id)),
      continue: (_, id) => request('continue', () => server.continueAnswer(id)),
      edit: (_, id, content) => request('edit', () => server.edit(id, content)),
      remove: (_, id) => request('remove', () => server.remove(id)),
      stop: () => request('stop', () => server.endAnswer('stopped')),
    };
    const isConnected = () => this.connected;
    this.socket = {
      get connected() {
        return isConnected();
      },
      paused: false,
      on: (name, handler) => {
        const handlers = this.#handlers.get(name) ?? new Set();
        this.#handlers.set(name, handlers.add(handler));
        return () => handlers.delete(handler);
      },
      onReconnect: (hook) => {
        this.#hooks.add(hook);
        return () => this.#hooks.delete(hook);
      },
      emit: (name, payload) => this.#emit(name, payload as never) as never,
    };
  }

  receive<Name extends ServerEvent>(name: Name, payload: ServerPayload<Name>): void {
    const isRecipient = this.#inRoom || name === 'chat:updated';
    if (!this.connected || !isRecipient || this.drops(name)) return;
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(serialize(payload) as never);
  }

  disconnect(): void {
    this.connected = false;
    this.#inRoom = false;
  }

  reconnect(): void {
    this.connected = true;
    for (const hook of this.#hooks) hook();
  }

  async #request<Result>(name: string, act: () => Result): Promise<Result> {
    if (!this.online) throw offline();
    this.#server.requests.push(name);
    await Promise.resolve();
    const result = serialize(act());
    if (this.losesResponse) {
      this.losesResponse = false;
      throw offline();
    }
    await this.responsesAfter;
    return result;
  }

  async #emit(name: ClientEvent, payload: { messageId: string; offset: number; reasoningOffset: number }) {
    this.emitted.push(name);
    await Promise.resolve();
    if (!this.connected) throw new ApiError(0, 'timed_out', 'No reply.');
    if (name === 'chat:unwatch') this.#inRoom = false;
    if (name === 'chat:watch') {
      this.#inRoom = true;
      const streaming = this.#server.rows.filter(({ status }) => status === 'streaming').map(({ id }) => id);
      return { version: this.#server.chat.version, streaming };
    }
    if (name === 'message:resume') {
      const { content, status } = this.#server.row(payload.messageId);
      const { offset, reasoningOffset } = payload;
      return { offset, text: content.slice(offset), reasoningOffset, reasoning: '', status };
    }
    return undefined;
  }
}

/** Opens a tab with connections to the server. */
export function openTab(server: FakeServer): FakeTab {
  const tab = new FakeTab(server);
  server.tabs.push(tab);
  return tab;
}
