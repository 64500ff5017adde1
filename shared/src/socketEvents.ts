import { z } from 'zod';
import { Chat } from './chats.ts';
import { Message, MessageStatus } from './messages.ts';
import { ShareId } from './sharing.ts';
import { Id } from './values.ts';

const event = <P extends z.ZodType, A extends z.ZodType = z.ZodUndefined>(payload: P, ack?: A) => ({
  payload,
  ack,
});

/** An answer being written has two texts; offsets count UTF-16 units within one of them. */
export const MessagePart = z.enum(['content', 'reasoning']);
export type MessagePart = z.output<typeof MessagePart>;

/** Client to server. Payloads are parsed on arrival; `ack` is the reply. */
export const clientEvents = {
  /** Follow one of one's own chats. The reply says whether what is on screen is still current. */
  'chat:watch': event(z.object({ chatId: Id }), z.object({ version: z.number(), streaming: z.array(Id) })),
  'chat:unwatch': event(z.object({ chatId: Id })),
  /** Hear when a shared page that is open here goes away. The reply says which version is the current one. */
  'share:watch': event(z.object({ id: ShareId }), z.object({ version: z.number() })),
  'share:unwatch': event(z.object({ id: ShareId })),
  /** What was missed of an answer: both texts from the offsets on. */
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
  /** To the room of the chat. A client that sees a gap asks `message:resume`. */
  'message:delta': event(
    z.object({
      chatId: Id,
      messageId: Id,
      part: MessagePart,
      offset: z.number(),
      text: z.string(),
    }),
  ),
  /** To the room of the chat: a message was added or changed, or its answer ended. */
  'message:updated': event(z.object({ chatId: Id, version: z.number(), message: Message })),
  /** To the room of the chat: messages were removed. */
  'message:deleted': event(z.object({ chatId: Id, version: z.number(), activeMessageId: Id.nullable() })),
  /** To all tabs of the owner: made, renamed, pinned, moved, shared, unshared. */
  'chat:updated': event(z.object({ chat: Chat })),
  'chat:deleted': event(z.object({ chatId: Id })),
  /** To all tabs of the owner: many chats changed at once, the lists are to be read again. */
  'chats:changed': event(z.object({})),
  /** To those who have the shared page open: it is gone. */
  'share:revoked': event(z.object({ id: ShareId })),
  /** The snapshot behind an open shared page was refreshed. */
  'share:updated': event(z.object({ id: ShareId, version: z.number() })),
  /** To the importing person's tabs. `total` is null until it is known. */
  'import:progress': event(z.object({ importId: Id, done: z.number(), total: z.number().nullable() })),
  /** The instance's settings changed: read `/config` and `/me` again. */
  'config:changed': event(z.object({})),
  /** Signed out, deactivated, or the role changed: the socket closes right after. */
  'session:ended': event(z.object({ reason: z.enum(['signed_out', 'role_changed', 'server_stopping']) })),
};

export type Ack<T> = { ok: true; data: T } | { ok: false; error: { code: string; message: string } };
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
