import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits } from './limits.ts';
import { Id, text, Time } from './values.ts';

export const MessageRole = z.enum(['user', 'assistant']);
export type MessageRole = z.output<typeof MessageRole>;

/**
 * `streaming`: being written now. `stopped`: stopped by its owner, the text received so far is kept.
 * `interrupted`: the server stopped while it was written. `failed`: an error ended it; `error` says why.
 */
export const MessageStatus = z.enum(['complete', 'streaming', 'stopped', 'interrupted', 'failed']);
export type MessageStatus = z.output<typeof MessageStatus>;

export const Message = z.object({
  id: Id,
  parentId: Id.nullable(),
  role: MessageRole,
  content: z.string(),
  /** Reasoning text of the model; null when there is none. */
  reasoning: z.string().nullable(),
  /** Milliseconds spent reasoning; null during reasoning or when unknown. */
  reasoningMs: z.number().nullable(),
  /** Id of the model that wrote the answer; null for a question. */
  model: z.string().nullable(),
  status: MessageStatus,
  /** A message for people; set only when `status` is `failed`. */
  error: z.string().nullable(),
  /** Whether a person changed the answer. */
  edited: z.boolean(),
  createdAt: Time,
  /** Ids of all messages with the same parent, this one included, oldest first. */
  siblings: z.array(Id),
});
export type Message = z.output<typeof Message>;

/** A page of the active branch, oldest first. */
export const BranchPage = z.object({
  messages: z.array(Message),
  /** Value of `before` for the previous page; null at the root. */
  nextBefore: Id.nullable(),
});
export type BranchPage = z.output<typeof BranchPage>;

const ChatParams = z.object({ id: Id });
const MessageParams = z.object({ id: Id, messageId: Id });

export const messageEndpoints = {
  /** The messages above `before` on its own branch. */
  listEarlierMessages: endpoint({
    method: 'GET',
    path: '/chats/:id/messages',
    params: ChatParams,
    query: z.object({
      before: Id,
      limit: z.coerce.number().int().min(1).max(limits.branchPageSizeMax).optional(),
    }),
    response: BranchPage,
  }),
  sendMessage: endpoint({
    method: 'POST',
    path: '/chats/:id/messages',
    status: 201,
    params: ChatParams,
    body: z.object({
      content: text(limits.messageContent).pipe(z.string().regex(/\S/, 'must not be empty')),
      /** Absent: the leaf of the active branch. Null: a new root, a sibling of the first question. */
      parentId: Id.nullable().optional(),
      /** Absent: the chat's model, or the default model. */
      model: text(300).optional(),
      /** Set by clients that retry: a request with the same key in the same chat returns what the first one created. */
      idempotencyKey: Id.optional(),
    }),
    response: z.object({ question: Message, answer: Message }),
  }),
  regenerate: endpoint({
    method: 'POST',
    path: '/chats/:id/messages/:messageId/regenerate',
    status: 201,
    params: MessageParams,
    body: z.object({ model: text(300).optional() }).optional(),
    response: z.object({ answer: Message }),
  }),
  /** Continues an answer that was stopped, interrupted or failed, in the same message. */
  continueMessage: endpoint({
    method: 'POST',
    path: '/chats/:id/messages/:messageId/continue',
    params: MessageParams,
    response: z.object({ answer: Message }),
  }),
  editMessage: endpoint({
    method: 'PATCH',
    path: '/chats/:id/messages/:messageId',
    params: MessageParams,
    body: z.object({ content: text(limits.messageContent) }),
    response: Message,
  }),
  /** Removes the message and everything below it. */
  deleteMessage: endpoint({
    method: 'DELETE',
    path: '/chats/:id/messages/:messageId',
    params: MessageParams,
    response: z.object({ deleted: z.number(), activeMessageId: Id.nullable() }),
  }),
  stopGeneration: endpoint({ method: 'POST', path: '/chats/:id/stop', status: 202, params: ChatParams }),
};
