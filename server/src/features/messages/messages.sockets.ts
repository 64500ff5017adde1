import { on, type SocketFeature } from '../../platform/sockets/on.ts';
import { rooms } from '../../platform/sockets/realtime.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { GenerationService } from '../generation/generation.service.ts';
import type { MessageQueries } from './messages.queries.ts';
import type { MessageService } from './messages.service.ts';

/** Following a chat and its answers as they are written. */
export const messageSockets =
  (parts: {
    chats: ChatService;
    messages: MessageService;
    queries: MessageQueries;
    generation: GenerationService;
  }): SocketFeature =>
  (context) => {
    const { socket } = context;

    on(context, 'chat:watch', async ({ chatId }, actor) => {
      await parts.chats.authorize(actor, 'read', chatId);
      // Joined before the state is read: what happens in between arrives twice rather than never.
      await socket.join(rooms.chat(chatId));
      const chat = await parts.chats.authorize(actor, 'read', chatId);
      const streaming = await parts.queries.streaming(chatId);
      return { version: chat.version, streaming: streaming.map((row) => row.id) };
    });

    on(context, 'chat:unwatch', async ({ chatId }) => {
      await socket.leave(rooms.chat(chatId));
      return undefined;
    });

    on(context, 'message:resume', async ({ messageId, offset, reasoningOffset }, actor) => {
      const message = parts.generation.withLiveText(await parts.messages.requireOwn(actor, messageId));
      return {
        offset,
        text: message.content.slice(offset),
        reasoningOffset,
        reasoning: (message.reasoning ?? '').slice(reasoningOffset),
        status: message.status,
      };
    });
  };
