import type { Chat, ChatWithBranch } from '../../../../shared/src/chats.ts';
import type { BranchPage, Message, MessageStatus } from '../../../../shared/src/messages.ts';
import type { ServerEvent, ServerPayload } from '../../../../shared/src/socketEvents.ts';
import { ApiError } from '../../../../client/src/api/apiError.ts';

/** A tab that is told what happens. */
interface Listener {
  /** False: its requests fail before they arrive. */
  online: boolean;
  hear<Name extends ServerEvent>(name: Name, payload: ServerPayload<Name>): void;
}
type Row = Omit<Message, 'siblings'> & { idempotencyKey: string | null };

/** Messages of the active branch that opening a chat sends. */
const page = 50;

/** One chat on a server in memory, with the semantics of the real one. Tests move its model by hand. */
export class FakeServer {
  chat: Chat = {
    id: 'chat',
    title: 'A chat',
    pinned: false,
    archived: false,
    shared: false,
    createdAt: '2025-01-01T00:00:00.000Z',
    updatedAt: '2025-01-01T00:00:00.000Z',
    model: 'small',
    settings: {},
    activeMessageId: null,
    version: 0,
    continuedFrom: null,
  };
  rows: Row[] = [];
  readonly tabs: Listener[] = [];
  readonly requests: string[] = [];
  made = 0;
  #ids = 0;

  /** Puts `count` messages into the chat, one below the other. */
  fill(count: number): void {
    for (let at = 0; at < count; at++) {
      const row = this.#add(at % 2 === 0 ? 'user' : 'assistant', this.chat.activeMessageId, `message ${at}`);
      this.#bump(row.id);
    }
  }

  /** Adds a message as another device would; all tabs that are connected hear of it. */
  say(role: Message['role'], content: string, parentId = this.chat.activeMessageId): Row {
    const row = this.#add(role, parentId, content);
    this.#bump(row.id);
    this.announce(row);
    return row;
  }

  /** The model writes. */
  write(text: string): void {
    const row = this.streaming();
    const offset = row.content.length;
    row.content += text;
    this.emit('message:delta', { chatId: 'chat', messageId: row.id, part: 'content', offset, text });
  }

  finish(status: MessageStatus = 'complete', error: string | null = null): void {
    const row = this.streaming();
    Object.assign(row, { status, error });
    this.announce(row);
  }

  streaming(): Row {
    const row = this.rows.find(({ status }) => status === 'streaming');
    if (!row) throw new Error('Nothing is being written.');
    return row;
  }

  create(): Chat {
    this.made++;
    return { ...this.chat };
  }

  load(): ChatWithBranch {
    return { ...this.chat, ...this.branch(this.chat.activeMessageId, page) };
  }

  branch(end: string | null, limit: number): BranchPage {
    const messages: Message[] = [];
    let id = end;
    while (id !== null && messages.length < limit) {
      const row = this.row(id);
      messages.unshift(this.present(row));
      id = row.parentId;
    }
    return { messages, nextBefore: id === null ? null : (messages[0]?.id ?? null) };
  }

  ask(
    content: string,
    parentId: string | null,
    idempotencyKey: string,
  ): { question: Message; answer: Message } {
    const before = this.rows.find((row) => row.idempotencyKey === idempotencyKey);
    if (before)
      return this.#exchange(
        before,
        this.rows.find(({ parentId: above }) => above === before.id)!,
      );
    this.#requireStill();
    if (parentId !== null) this.row(parentId);
    const question = this.#add('user', parentId, content, idempotencyKey);
    const answer = this.#add('assistant', question.id, '');
    answer.status = 'streaming';
    this.#bump(answer.id);
    this.announce(question);
    this.announce(answer);
    return this.#exchange(question, answer);
  }

  regenerate(id: string): Message {
    this.#requireStill();
    const { role, parentId } = this.row(id);
    const answer = this.#add('assistant', role === 'user' ? id : parentId, '');
    answer.status = 'streaming';
    this.#bump(answer.id);
    this.announce(answer);
    return this.present(answer);
  }

  carryOn(id: string): Message {
    const row = this.row(id);
    Object.assign(row, { status: 'streaming', error: null });
    this.#bump(this.chat.activeMessageId);
    this.announce(row);
    return this.present(row);
  }

  edit(id: string, content: string): Message {
    const row = this.row(id);
    Object.assign(row, { content, edited: row.role === 'assistant' });
    this.#bump(this.chat.activeMessageId);
    this.announce(row);
    return this.present(row);
  }

  remove(id: string): { deleted: number; activeMessageId: string | null } {
    const gone = new Set([id]);
    for (const row of this.rows) if (row.parentId !== null && gone.has(row.parentId)) gone.add(row.id);
    const { parentId } = this.row(id);
    this.rows = this.rows.filter((row) => !gone.has(row.id));
    const beside = this.rows.findLast((row) => row.parentId === parentId);
    const isActive = gone.has(this.chat.activeMessageId ?? '');
    this.#bump(isActive ? (beside ? this.endBelow(beside.id) : parentId) : this.chat.activeMessageId);
    const { version, activeMessageId } = this.chat;
    this.emit('message:deleted', { chatId: 'chat', version, activeMessageId });
    return { deleted: gone.size, activeMessageId };
  }

  show(id: string): Chat {
    this.#bump(this.endBelow(this.row(id).id));
    this.emit('chat:updated', { chat: { ...this.chat } });
    return { ...this.chat };
  }

  endBelow(id: string): string {
    const child = this.rows.findLast((row) => row.parentId === id);
    return child ? this.endBelow(child.id) : id;
  }

  announce(row: Row): void {
    const { version } = this.chat;
    this.emit('message:updated', { chatId: 'chat', version, message: this.present(row) });
    this.emit('chat:updated', { chat: { ...this.chat } });
  }

  emit<Name extends ServerEvent>(name: Name, payload: ServerPayload<Name>): void {
    for (const tab of this.tabs) tab.hear(name, payload);
  }

  row(id: string): Row {
    const row = this.rows.find((each) => each.id === id);
    if (!row) throw new ApiError(404, 'not_found', 'This message is not in the chat.');
    return row;
  }

  present({ idempotencyKey: _, ...row }: Row): Message {
    const siblings = this.rows.filter(({ parentId }) => parentId === row.parentId).map(({ id }) => id);
    return { ...row, siblings };
  }

  #exchange(question: Row, answer: Row): { question: Message; answer: Message } {
    return { question: this.present(question), answer: this.present(answer) };
  }

  #requireStill(): void {
    if (this.rows.some(({ status }) => status === 'streaming')) {
      throw new ApiError(409, 'streaming', 'An answer is still being written.');
    }
  }

  #add(
    role: Message['role'],
    parentId: string | null,
    content: string,
    idempotencyKey: string | null = null,
  ): Row {
    const row: Row = {
      id: `m${++this.#ids}`,
      parentId,
      role,
      content,
      reasoning: null,
      reasoningMs: null,
      model: role === 'assistant' ? 'small' : null,
      status: 'complete',
      error: null,
      edited: false,
      createdAt: '2025-01-01T00:00:00.000Z',
      idempotencyKey,
    };
    this.rows.push(row);
    return row;
  }

  #bump(activeMessageId: string | null): void {
    this.chat = { ...this.chat, activeMessageId, version: this.chat.version + 1 };
  }
}
