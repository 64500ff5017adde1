import type { Chat } from '#shared/chats';
import { limits } from '#shared/limits';
import type { Message } from '#shared/messages';
import type { ServerPayload } from '#shared/socketEvents';
import { ApiError } from '../../../api/apiError.ts';
import { Branch } from './branch.svelte.ts';
import type { ChatSocket, ChatTransport } from './chatTransport.ts';
import { readEnd, refreshAbove } from './readBranch.ts';
import { Resumption } from './resumption.ts';

/** Milliseconds after the last news until what is here is compared with it: news of one change comes in pieces. */
const settleMs = 150;
/** Milliseconds until a chat that could not be followed is tried again. */
const watchAgainMs = 3_000;

export type Phase = 'loading' | 'ready' | 'failed' | 'gone';

/**
 * One chat of the server, followed.
 *
 * Consistency: the server's tree is the truth, and its version counts the changes. What is here reflects `#version`.
 * News of that version or the next one is applied as it comes. In doubt (a version was skipped, a message does not
 * follow the end, the end is not the active message) the branch is read again; a reading that is older than what has
 * been applied is thrown away. After a new connection `chat:watch` tells the version, and each answer being written
 * goes on from the offset that is here.
 */
export class LiveChat {
  readonly id: string;
  readonly branch = new Branch();
  #chat: Chat | null;
  #phase: Phase;
  #error = $state.raw<unknown>(null);
  /** Ids of the answers being written, on this branch or another. */
  #streaming = $state.raw<readonly string[]>([]);
  #version: number;
  /** News was missed: the branch is behind, and what stands above its last page may be old. */
  #behind = false;
  #reading: Promise<void> | null = null;
  #readAgain = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];
  readonly #resumption: Resumption;
  readonly #transport: ChatTransport;
  readonly #socket: ChatSocket;

  /** `made`: the chat when it was made just now, and so is known to be empty. */
  constructor(id: string, transport: ChatTransport, socket: ChatSocket, made: Chat | null = null) {
    this.id = id;
    this.#chat = $state.raw(made);
    this.#phase = $state(made ? 'ready' : 'loading');
    this.#version = made?.version ?? -1;
    this.#transport = transport;
    this.#socket = socket;
    this.#resumption = new Resumption(socket, () => {
      this.#behind = true;
      this.#doubt();
    });
  }

  /** Null until it has been read once. */
  get chat(): Chat | null {
    return this.#chat;
  }
  get phase(): Phase {
    return this.#phase;
  }
  /** Why it could not be read, when `phase` is `failed`. */
  get error(): unknown {
    return this.#error;
  }
  /** An answer is being written: the server takes no other question until it has ended. */
  get generating(): boolean {
    return this.#streaming.length > 0;
  }

  /** Reads the chat, or catches up with it, and follows it until `leave`. */
  enter(): void {
    if (this.#stops.length > 0) return;
    const socket = this.#socket;
    this.#stops = [
      socket.on('message:delta', (delta) => this.#received(delta)),
      socket.on('message:updated', (news) => this.#updated(news)),
      socket.on('message:deleted', (news) => this.#deleted(news)),
      socket.on('chat:updated', ({ chat }) => this.takeChat(chat)),
      socket.on('chat:deleted', ({ chatId }) => chatId === this.id && this.#gone()),
      socket.onReconnect(() => void this.#watch()),
    ];
    if (!this.#chat) void this.read();
    void this.#watch();
  }

  leave(): void {
    if (this.#stops.length === 0) return;
    for (const stop of this.#stops) stop();
    this.#stops = [];
    clearTimeout(this.#timer);
    clearTimeout(this.#watchTimer);
    // The room is left with the connection, if this does not arrive.
    this.#socket.emit('chat:unwatch', { chatId: this.id }).catch(() => undefined);
  }

  /** Reads the end of the active branch again. Never rejects: `phase` and `error` tell. */
  read(): Promise<void> {
    if (this.#reading) this.#readAgain = true;
    this.#reading ??= this.#readUntilCurrent().finally(() => (this.#reading = null));
    return this.#reading;
  }

  /** Reads what stands above the first message. */
  async readEarlier(): Promise<void> {
    const before = this.branch.earlier;
    if (before === null) return;
    const page = await this.#transport.earlier(this.id, before, limits.branchPageSize);
    if (this.branch.earlier === before) this.branch.prepend(page, this.#version);
  }

  /** Takes what the server says about the chat itself. */
  takeChat(chat: Chat): void {
    if (chat.id !== this.id || !this.#chat || chat.version < this.#chat.version) return;
    this.#chat = chat;
    this.#doubt();
  }

  /** Takes the answer to a request: messages that now end the active branch, in order. */
  takeEnd(...messages: Message[]): void {
    this.#readAgain = true;
    for (const message of messages) {
      // News may have been quicker, and is then further.
      if (this.branch.find(message.id)) continue;
      this.branch.cutBelow(message.parentId);
      if (!this.#followsEnd(message)) return void this.read();
      this.branch.append(message, this.#version);
      this.#note(message.id, message.status === 'streaming');
    }
  }

  /** Runs a request about one message and takes its answer, unless there was later news of the message meanwhile. */
  async takeAnswer(messageId: string, request: () => Promise<Message>): Promise<void> {
    const asOf = this.branch.find(messageId)?.version ?? this.#version;
    const message = await request();
    const known = this.branch.find(messageId);
    if (!known || known.version > asOf) return;
    // A request changes the chat, so this is the next version at least.
    known.take(message, asOf + 1);
    this.#note(known.id, known.streaming);
  }

  async #readUntilCurrent(): Promise<void> {
    do {
      this.#readAgain = false;
      try {
        await this.#readOnce();
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return this.#gone();
        this.#error = error;
        if (!this.#chat) this.#phase = 'failed';
        return;
      }
    } while (this.#readAgain);
  }

  async #readOnce(): Promise<void> {
    const { chat, page } = await readEnd(this.#transport, this.id, this.branch);
    if (chat.version < this.#version) {
      this.#readAgain = true;
      return;
    }
    const wasBehind = this.#behind;
    this.#behind = false;
    this.#version = chat.version;
    this.#chat = chat;
    this.#phase = 'ready';
    this.branch.take(page, chat.version);
    for (const { id } of page.messages) this.#note(id, this.branch.find(id)?.streaming ?? false);
    if (wasBehind)
      await refreshAbove(this.#transport, this.id, this.branch, page.messages[0]?.id, chat.version);
  }

  /** Follows the chat, and finds out what was missed while it was not followed. */
  async #watch(): Promise<void> {
    clearTimeout(this.#watchTimer);
    try {
      const { version, streaming } = await this.#socket.emit('chat:watch', { chatId: this.id });
      await this.#reading;
      if (!this.#chat || version < this.#version) return;
      const missedEnd = this.#streaming.some((id) => !streaming.includes(id));
      this.#streaming = streaming;
      if (version > this.#version || missedEnd) {
        this.#behind = true;
        await this.read();
      }
      for (const id of this.#streaming) void this.#resumption.ask(this.branch.find(id));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'timed_out') || this.#stops.length === 0) return;
      this.#watchTimer = setTimeout(() => void this.#watch(), watchAgainMs);
    }
  }

  #received(delta: ServerPayload<'message:delta'>): void {
    if (delta.chatId !== this.id) return;
    const message = this.branch.find(delta.messageId);
    message?.receive(delta);
    if (message?.incomplete) void this.#resumption.ask(message);
  }

  #updated({ chatId, version, message }: ServerPayload<'message:updated'>): void {
    if (chatId !== this.id) return;
    // What is being read now may be older than this.
    this.#readAgain = this.#readAgain || !this.#chat;
    if (!this.#chat) return;
    const known = this.branch.find(message.id);
    if (known) known.take(message, version);
    else if (version < this.#version) return;
    else if (this.#followsEnd(message)) this.branch.append(message, version);
    // The end of an answer on another branch changes nothing here; anything else may.
    else if (message.status === 'streaming' || message.role === 'user') return this.#doubt();
    this.#note(message.id, known ? known.streaming : message.status === 'streaming');
    this.#advance(version);
  }

  #deleted({ chatId, version }: ServerPayload<'message:deleted'>): void {
    if (chatId === this.id && version > this.#version) void this.read();
  }

  #followsEnd(message: Message): boolean {
    return message.parentId === (this.branch.end?.id ?? null);
  }

  #advance(version: number): void {
    if (version <= this.#version + 1) {
      this.#version = Math.max(version, this.#version);
      return;
    }
    this.#behind = true;
    this.#doubt();
  }

  #note(id: string, streaming: boolean): void {
    if (this.#streaming.includes(id) === streaming) return;
    const others = this.#streaming.filter((other) => other !== id);
    this.#streaming = streaming ? [...others, id] : others;
  }

  #doubt(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const chat = this.#chat;
      if (!chat) return;
      const ended = chat.activeMessageId === (this.branch.end?.id ?? null);
      if (this.#behind || chat.version > this.#version || !ended) void this.read();
    }, settleMs);
  }

  #gone(): void {
    this.#phase = 'gone';
  }
}
