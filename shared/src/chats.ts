import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { listOf, PageQuery, SearchQuery } from './lists.ts';
import { BranchPage } from './messages.ts';
import { IdParams, BooleanParam, Id, text, Time, Title } from './values.ts';

/** Parameters for the model of a chat. Absent fields use the model server's defaults. */
export const ChatSettings = z.object({
  systemPrompt: text(limits.systemPrompt).optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  maxTokens: z.number().int().min(1).max(1_000_000).optional(),
});
export type ChatSettings = z.output<typeof ChatSettings>;

export const ChatSummary = z.object({
  id: Id,
  title: z.string(),
  pinned: z.boolean(),
  archived: z.boolean(),
  /** Whether the chat has a live link. */
  shared: z.boolean(),
  createdAt: Time,
  updatedAt: Time,
});
export type ChatSummary = z.output<typeof ChatSummary>;

export const Chat = ChatSummary.extend({
  model: z.string().nullable(),
  settings: ChatSettings,
  /** The leaf of the active branch; null in an empty chat. */
  activeMessageId: Id.nullable(),
  /** Incremented with every change of the messages or of the active branch. */
  version: z.number(),
  /** The shared chat this one continues; null for others. */
  continuedFrom: z.object({ title: z.string(), at: Time }).nullable(),
});
export type Chat = z.output<typeof Chat>;

export const ChatWithBranch = Chat.extend(BranchPage.shape);
export type ChatWithBranch = z.output<typeof ChatWithBranch>;

export const chatEndpoints = {
  listChats: endpoint({
    method: 'GET',
    path: '/chats',
    query: PageQuery.extend({
      query: SearchQuery,
      archived: BooleanParam.optional(),
      pinned: BooleanParam.optional(),
    }),
    response: listOf(ChatSummary),
  }),
  createChat: endpoint({
    method: 'POST',
    path: '/chats',
    status: 201,
    body: z
      .object({
        title: Title.optional(),
        model: text(300).optional(),
        settings: ChatSettings.optional(),
        /** As in `sendMessage`: a retry with the same key returns the chat that the first request created. */
        idempotencyKey: Id.optional(),
      })
      .optional(),
    response: Chat,
  }),
  getChat: endpoint({ method: 'GET', path: '/chats/:id', params: IdParams, response: ChatWithBranch }),
  updateChat: endpoint({
    method: 'PATCH',
    path: '/chats/:id',
    params: IdParams,
    body: z.object({
      title: Title.optional(),
      pinned: z.boolean().optional(),
      archived: z.boolean().optional(),
      model: text(300).optional(),
      settings: ChatSettings.optional(),
      /** Any message: the branch through it, down to its newest leaf, becomes the active one. */
      activeMessageId: Id.optional(),
    }),
    response: Chat,
  }),
  deleteChat: endpoint({ method: 'DELETE', path: '/chats/:id', status: 204, params: IdParams }),
  /** A download: the whole tree in Open WebUI's import format (`json`), or the active branch. */
  exportChat: endpoint({
    method: 'GET',
    path: '/chats/:id/export',
    params: IdParams,
    query: z.object({ format: z.enum(['json', 'md', 'txt']).default('json') }),
    responseMode: 'raw',
  }),
};
