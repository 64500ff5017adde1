import { on, type SocketFeature } from '../../platform/sockets/on.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { MessageService } from './messages.service.ts';

/** Events by which a tab follows a chat and its answers as they are written. */
export const messageSockets =
  (chats: ChatService, messages: MessageService): SocketFeature =>
  (context) => {
    const { socket } = context;

    on(context, 'chat:watch', async ({ chatId }, actor) => {
      await chats.authorize(actor, chatId);
      // Join before reading the state: an event in between then arrives twice instead of never.
      await socket.join(rooms.chat(chatId));
      return messages.watchState(actor, chatId);
    });

    on(context, 'chat:unwatch', async ({ chatId }) => {
      await socket.leave(rooms.chat(chatId));
      return undefined;
    });

    on(context, 'message:resume', async ({ messageId, offset, reasoningOffset }, actor) => {
      const message = await messages.readOwn(actor, messageId);
      return {
        offset,
        text: message.content.slice(offset),
        reasoningOffset,
        reasoning: (message.reasoning ?? '').slice(reasoningOffset),
        status: message.status,
      };
    });
  };
