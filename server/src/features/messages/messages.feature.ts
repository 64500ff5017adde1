import type { Platform } from '../../platform/platform.ts';
import type { ChatQueries } from '../chats/chats.queries.ts';
import type { ChatService } from '../chats/chats.service.ts';
import type { ModelService } from '../models/models.service.ts';
import type { MessageAnnouncer } from './announcer.service.ts';
import { AnswerService } from './answers.service.ts';
import { MessageChanges } from './messageChanges.ts';
import type { AnswerWriter } from './messages.contract.ts';
import type { MessageQueries } from './messages.queries.ts';
import { messageRoutes } from './messages.routes.ts';
import { MessageService } from './messages.service.ts';
import { messageSockets } from './messages.sockets.ts';

interface Parts {
  chats: ChatService;
  chatQueries: ChatQueries;
  queries: MessageQueries;
  announcer: MessageAnnouncer;
  answers: AnswerWriter;
  models: ModelService;
}

/** Creates the parts of the messages feature. */
export function createMessages(platform: Platform, parts: Parts) {
  const changes = new MessageChanges(platform, parts);
  const messages = new MessageService(platform, { ...parts, changes });
  const answers = new AnswerService({ ...parts, changes });
  return {
    messages,
    answers,
    routes: messageRoutes(platform, messages, answers),
    sockets: messageSockets(parts.chats, messages),
  };
}
