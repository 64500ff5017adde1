import type { ClientEvent, ServerEvent, ServerPayload } from '../../../../shared/src/socketEvents.ts';
import { ApiError } from '../../../../client/src/api/apiError.ts';
import type {
  ChatSocket,
  ChatTransport,
} from '../../../../client/src/features/messages/state/chatTransport.ts';
import type { FakeServer } from './fakeServer.ts';

type Handler = (payload: never) => void;
const offline = (): ApiError => new ApiError(0, 'offline', 'Parley cannot be reached.');

/** What arrives is a copy of what was sent. */
const overTheWire = <Value>(value: Value): Value =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);

/** The two connections of one tab to the fake server, and what can go wrong with them. */
export class FakeTab {
  /** False: requests fail before they arrive. */
  online = true;
  /** True: the next request is done, but its answer is lost. */
  losesAnswer = false;
  /** Set: answers wait until it is settled. */
  answersAfter: Promise<unknown> = Promise.resolve();
  connected = true;
  /** Deltas the network loses on the way: every one this says yes to. */
  loses: (name: ServerEvent) => boolean = () => false;
  readonly said: ClientEvent[] = [];
  readonly transport: ChatTransport;
  readonly socket: ChatSocket;
  readonly #server: FakeServer;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #hooks = new Set<() => void>();
  #watches = false;

  constructor(server: FakeServer) {
    this.#server = server;
    const request = <Result>(name: string, act: () => Result): Promise<Result> => this.#request(name, act);
    this.transport = {
      create: () => request('create', () => server.create()),
      load: () => request('load', () => server.load()),
      earlier: (_, before, limit) =>
        request('earlier', () => server.branch(server.row(before).parentId, limit)),
      change: (_, changes) =>
        request('change', () =>
          changes.activeMessageId === undefined
            ? Object.assign(server.chat, changes)
            : server.show(changes.activeMessageId),
        ),
      ask: (_, { content, parentId = null, idempotencyKey = '' }) =>
        request('ask', () => server.ask(content, parentId, idempotencyKey)),
      regenerate: (_, id) => request('regenerate', () => server.regenerate(id)),
      continue: (_, id) => request('continue', () => server.carryOn(id)),
      edit: (_, id, content) => request('edit', () => server.edit(id, content)),
      remove: (_, id) => request('remove', () => server.remove(id)),
      stop: () => request('stop', () => server.finish('stopped')),
    };
    const isConnected = () => this.connected;
    this.socket = {
      get connected() {
        return isConnected();
      },
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

  hear<Name extends ServerEvent>(name: Name, payload: ServerPayload<Name>): void {
    const inRoom = this.#watches || name === 'chat:updated';
    if (!this.connected || !inRoom || this.loses(name)) return;
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(overTheWire(payload) as never);
  }

  disconnect(): void {
    this.connected = false;
    this.#watches = false;
  }

  reconnect(): void {
    this.connected = true;
    for (const hook of this.#hooks) hook();
  }

  async #request<Result>(name: string, act: () => Result): Promise<Result> {
    if (!this.online) throw offline();
    this.#server.requests.push(name);
    await Promise.resolve();
    const result = overTheWire(act());
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw offline();
    }
    await this.answersAfter;
    return result;
  }

  async #emit(name: ClientEvent, payload: { messageId: string; offset: number; reasoningOffset: number }) {
    this.said.push(name);
    await Promise.resolve();
    if (!this.connected) throw new ApiError(0, 'timed_out', 'No answer.');
    if (name === 'chat:unwatch') this.#watches = false;
    if (name === 'chat:watch') {
      this.#watches = true;
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

/** A browser tab on the server: what a conversation is given. */
export function openTab(server: FakeServer): FakeTab {
  const tab = new FakeTab(server);
  server.tabs.push(tab);
  return tab;
}
