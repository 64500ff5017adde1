import { limits } from '#shared/limits';
import { messageEndpoints } from '#shared/messages';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { MessageService } from './messages.service.ts';

export function messageRoutes(platform: Platform, messages: MessageService): Routes {
  const routes = new Routes();
  const { send } = platform.rateLimits;

  routes.member(messageEndpoints.earlierMessages, ({ actor, params, query }) =>
    messages.earlier(actor, params.id, query.before, query.limit ?? limits.branchPage),
  );

  routes.member(
    messageEndpoints.sendMessage,
    ({ actor, params, body }) => messages.ask(actor, params.id, body),
    send,
  );

  routes.member(
    messageEndpoints.regenerate,
    ({ actor, params, body }) => messages.regenerate(actor, params.id, params.messageId, body?.model),
    send,
  );

  routes.member(
    messageEndpoints.continueMessage,
    ({ actor, params }) => messages.continue(actor, params.id, params.messageId),
    send,
  );

  routes.member(messageEndpoints.editMessage, ({ actor, params, body }) =>
    messages.edit(actor, params.id, params.messageId, body.content),
  );

  routes.member(messageEndpoints.deleteMessage, ({ actor, params }) =>
    messages.remove(actor, params.id, params.messageId),
  );

  routes.member(messageEndpoints.stop, ({ actor, params }) => messages.stop(actor, params.id));

  return routes;
}
