import { z } from 'zod';
import { Chat } from './chats.ts';
import { Message, MessageStatus } from './messages.ts';
import { ShareId } from './sharing.ts';
import { Id } from './values.ts';

const event = <P extends z.ZodType, A extends z.ZodType = z.ZodUndefined>(payload: P, ack?: A) => ({
  payload,
  ack,
});

/** A streaming answer has two texts; offsets count UTF-16 units within one of them. */
export const MessagePart = z.enum(['content', 'reasoning']);
export type MessagePart = z.output<typeof MessagePart>;

/** Client to server. Payloads are parsed on arrival; `ack` is the acknowledgement. */
export const clientEvents = {
  /** Follows one of the user's own chats. The reply shows whether the messages on screen are current. */
  'chat:watch': event(z.object({ chatId: Id }), z.object({ version: z.number(), streaming: z.array(Id) })),
  'chat:unwatch': event(z.object({ chatId: Id })),
  /** Follows a shared page that is open. The reply contains its current version. */
  'share:watch': event(z.object({ id: ShareId }), z.object({ version: z.number() })),
  'share:unwatch': event(z.object({ id: ShareId })),
  /** Requests the missed part of an answer: both texts from the offsets on. */
  'message:resume': event(
    z.object({
      messageId: Id,
      offset: z.number().int().min(0),
      reasoningOffset: z.number().int().min(0).default(0),
    }),
    z.object({
      offset: z.number(),
      text: z.string(),
      reasoningOffset: z.number(),
      reasoning: z.string(),
      status: MessageStatus,
    }),
  ),
};

/** Server to client. */
export const serverEvents = {
  /** To the room of the chat. A client that detects a gap sends `message:resume`. */
  'message:delta': event(
    z.object({
      chatId: Id,
      messageId: Id,
      part: MessagePart,
      offset: z.number(),
      text: z.string(),
    }),
  ),
  /** To the room of the chat: a message was added or changed, or an answer ended. */
  'message:updated': event(z.object({ chatId: Id, version: z.number(), message: Message })),
  /** To the room of the chat: messages were removed. */
  'message:deleted': event(z.object({ chatId: Id, version: z.number(), activeMessageId: Id.nullable() })),
  /** To all tabs of the owner: the chat was created or changed, or its link was. */
  'chat:updated': event(z.object({ chat: Chat })),
  'chat:deleted': event(z.object({ chatId: Id })),
  /** To all tabs of the owner: many chats changed, reload the lists. */
  'chats:changed': event(z.object({})),
  /** To those who have the shared page open: it is no longer available. */
  'share:revoked': event(z.object({ id: ShareId })),
  /** To those who have the shared page open: the link has a new version. */
  'share:updated': event(z.object({ id: ShareId, version: z.number() })),
  /** To all tabs of the importing person. `total` is null until it is known. */
  'import:progress': event(z.object({ importId: Id, done: z.number(), total: z.number().nullable() })),
  /** The settings of the instance changed: reload `/config` and `/me`. */
  'config:changed': event(z.object({})),
  /**
   * To all tabs of a node: changes made on other nodes do not arrive for now, or arrive again. Then read what was missed.
   */
  'live:changed': event(z.object({ paused: z.boolean() })),
  /** To all tabs of the admins: how many accounts wait for approval. */
  'users:pending': event(z.object({ count: z.number() })),
  /** The session ended or the role changed: the socket closes right after. `session_renewed`: reconnect with the new cookie. */
  'session:ended': event(
    z.object({ reason: z.enum(['signed_out', 'session_renewed', 'role_changed', 'server_stopping']) }),
  ),
};

export type Ack<T> =
  | { ok: true; data: T }
  /** `requestId` names the event in the log of the server. */
  | { ok: false; error: { code: string; message: string; requestId?: string } };
export type ClientEvent = keyof typeof clientEvents;
export type ClientPayload<N extends ClientEvent> = z.input<(typeof clientEvents)[N]['payload']>;
export type ParsedPayload<N extends ClientEvent> = z.output<(typeof clientEvents)[N]['payload']>;
export type Reply<N extends ClientEvent> = z.output<NonNullable<(typeof clientEvents)[N]['ack']>>;
export type ServerEvent = keyof typeof serverEvents;
export type ServerPayload<N extends ServerEvent> = z.output<(typeof serverEvents)[N]['payload']>;

export type ClientToServer = {
  [N in ClientEvent]: (payload: ClientPayload<N>, ack: (reply: Ack<Reply<N>>) => void) => void;
};
export type ServerToClient = { [N in ServerEvent]: (payload: ServerPayload<N>) => void };
