import type { Chat, ChatWithBranch } from '../../../../shared/src/chats.ts';
import type { BranchPage, Message, MessageStatus } from '../../../../shared/src/messages.ts';
import type { ServerEvent, ServerPayload } from '../../../../shared/src/socketEvents.ts';
import { ApiError } from '../../../../client/src/api/apiError.ts';

/** A tab that receives the events of the server. */
interface Listener {
  /** When false, its requests fail before they arrive. */
  online: boolean;
  receive<Name extends ServerEvent>(name: Name, payload: ServerPayload<Name>): void;
}
type Row = Omit<Message, 'siblings'> & { idempotencyKey: string | null };

/** Messages of the active branch in the response that opens a chat. */
const pageSize = 50;

/** One chat on an in-memory server with the semantics of the real one. Tests write the answers of its model. */
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
  createdChats = 0;
  #ids = 0;

  /** Adds `count` messages to the chat, each the child of the one before. */
  fill(count: number): void {
    for (let index = 0; index < count; index++) {
      const role = index % 2 === 0 ? 'user' : 'assistant';
      const row = this.#insert(role, this.chat.activeMessageId, `message ${index}`);
      this.#incrementVersion(row.id);
    }
  }

  /** Adds a message as another device would; all connected tabs receive the event. */
  addMessage(role: Message['role'], content: string, parentId = this.chat.activeMessageId): Row {
    const row = this.#insert(role, parentId, content);
    this.#incrementVersion(row.id);
    this.announce(row);
    return row;
  }

  /** Streams text of the model. */
  streamText(text: string): void {
    const row = this.streamingRow();
    const offset = row.content.length;
    row.content += text;
    this.emit('message:delta', { chatId: 'chat', messageId: row.id, part: 'content', offset, text });
  }

  endAnswer(status: MessageStatus = 'complete', error: string | null = null): void {
    const row = this.streamingRow();
    Object.assign(row, { status, error });
    this.announce(row);
  }

  streamingRow(): Row {
    const row = this.rows.find(({ status }) => status === 'streaming');
    if (!row) throw new Error('No answer is streaming.');
    return row;
  }

  create(): Chat {
    this.createdChats++;
    return { ...this.chat };
  }

  load(): ChatWithBranch {
    return { ...this.chat, ...this.branch(this.chat.activeMessageId, pageSize) };
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
    const existing = this.rows.find((row) => row.idempotencyKey === idempotencyKey);
    if (existing) {
      const answer = this.rows.find((row) => row.parentId === existing.id)!;
      return this.#exchange(existing, answer);
    }
    this.#requireNotStreaming();
    if (parentId !== null) this.row(parentId);
    const question = this.#insert('user', parentId, content, idempotencyKey);
    const answer = this.#insert('assistant', question.id, '');
    answer.status = 'streaming';
    this.#incrementVersion(answer.id);
    this.announce(question);
    this.announce(answer);
    return this.#exchange(question, answer);
  }

  regenerate(id: string): Message {
    this.#requireNotStreaming();
    const { role, parentId } = this.row(id);
    const answer = this.#insert('assistant', role === 'user' ? id : parentId, '');
    answer.status = 'streaming';
    this.#incrementVersion(answer.id);
    this.announce(answer);
    return this.present(answer);
  }

  continueAnswer(id: string): Message {
    const row = this.row(id);
    Object.assign(row, { status: 'streaming', error: null });
    this.#incrementVersion(this.chat.activeMessageId);
    this.announce(row);
    return this.present(row);
  }

  edit(id: string, content: string): Message {
    const row = this.row(id);
    Object.assign(row, { content, edited: row.role === 'assistant' });
    this.#incrementVersion(this.chat.activeMessageId);
    this.announce(row);
    return this.present(row);
  }

  remove(id: string): { deleted: number; activeMessageId: string | null } {
    const deleted = new Set([id]);
    for (const row of this.rows) if (row.parentId !== null && deleted.has(row.parentId)) deleted.add(row.id);
    const { parentId } = this.row(id);
    this.rows = this.rows.filter((row) => !deleted.has(row.id));
    const sibling = this.rows.findLast((row) => row.parentId === parentId);
    const isActive = deleted.has(this.chat.activeMessageId ?? '');
    this.#incrementVersion(
      isActive ? (sibling ? this.leafBelow(sibling.id) : parentId) : this.chat.activeMessageId,
    );
    const { version, activeMessageId } = this.chat;
    this.emit('message:deleted', { chatId: 'chat', version, activeMessageId });
    return { deleted: deleted.size, activeMessageId };
  }

  showSibling(id: string): Chat {
    this.#incrementVersion(this.leafBelow(this.row(id).id));
    this.emit('chat:updated', { chat: { ...this.chat } });
    return { ...this.chat };
  }

  leafBelow(id: string): string {
    const child = this.rows.findLast((row) => row.parentId === id);
    return child ? this.leafBelow(child.id) : id;
  }

  announce(row: Row): void {
    const { version } = this.chat;
    this.emit('message:updated', { chatId: 'chat', version, message: this.present(row) });
    this.emit('chat:updated', { chat: { ...this.chat } });
  }

  emit<Name extends ServerEvent>(name: Name, payload: ServerPayload<Name>): void {
    for (const tab of this.tabs) tab.receive(name, payload);
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

  #requireNotStreaming(): void {
    if (this.rows.some(({ status }) => status === 'streaming')) {
      throw new ApiError(409, 'streaming', 'An answer is still being written.');
    }
  }

  #insert(
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

  #incrementVersion(activeMessageId: string | null): void {
    this.chat = { ...this.chat, activeMessageId, version: this.chat.version + 1 };
  }
}
