import type { Api } from '#shared/api';
import type { Chat, ChatWithBranch } from '#shared/chats';
import type { Args, ResponseOf } from '#shared/endpoint';
import type { BranchPage, Message } from '#shared/messages';
import { call } from '../../../api/call.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

type NewChat = NonNullable<Args<Api['POST /chats']>['body']>;
type ChatUpdate = Args<Api['PATCH /chats/:id']>['body'];
type NewQuestion = Args<Api['POST /chats/:id/messages']>['body'];
type Exchange = ResponseOf<Api['POST /chats/:id/messages']>;
type DeletedMessages = ResponseOf<Api['DELETE /chats/:id/messages/:messageId']>;

/** The requests of a conversation. */
export interface ChatTransport {
  create(chat: NewChat): Promise<Chat>;
  load(id: string): Promise<ChatWithBranch>;
  loadEarlier(id: string, before: string, limit: number): Promise<BranchPage>;
  update(id: string, update: ChatUpdate): Promise<Chat>;
  ask(id: string, question: NewQuestion): Promise<Exchange>;
  regenerate(id: string, messageId: string, model?: string): Promise<Message>;
  continue(id: string, messageId: string): Promise<Message>;
  edit(id: string, messageId: string, content: string): Promise<Message>;
  remove(id: string, messageId: string): Promise<DeletedMessages>;
  stop(id: string): Promise<void>;
}

/** The part of the socket that a conversation uses. */
export type ChatSocket = Pick<RealtimeSocket, 'on' | 'onReconnect' | 'emit' | 'connected' | 'paused'>;

export const chatTransport: ChatTransport = {
  create: (body) => call('POST /chats', { body }),
  load: (id) => call('GET /chats/:id', { params: { id } }),
  loadEarlier: (id, before, limit) =>
    call('GET /chats/:id/messages', { params: { id }, query: { before, limit } }),
  update: (id, body) => call('PATCH /chats/:id', { params: { id }, body }),
  ask: (id, body) => call('POST /chats/:id/messages', { params: { id }, body }),
  async regenerate(id, messageId, model) {
    const params = { id, messageId };
    return (await call('POST /chats/:id/messages/:messageId/regenerate', { params, body: { model } })).answer;
  },
  async continue(id, messageId) {
    return (await call('POST /chats/:id/messages/:messageId/continue', { params: { id, messageId } })).answer;
  },
  edit: (id, messageId, content) =>
    call('PATCH /chats/:id/messages/:messageId', { params: { id, messageId }, body: { content } }),
  remove: (id, messageId) => call('DELETE /chats/:id/messages/:messageId', { params: { id, messageId } }),
  async stop(id) {
    await call('POST /chats/:id/stop', { params: { id } });
  },
};
