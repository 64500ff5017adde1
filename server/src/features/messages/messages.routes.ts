import { limits } from '#shared/limits';
import { messageEndpoints } from '#shared/messages';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AnswerService } from './answers.service.ts';
import type { MessageService } from './messages.service.ts';

export function messageRoutes(platform: Platform, messages: MessageService, answers: AnswerService): Routes {
  const routes = new Routes();
  const { send, edit } = platform.rateLimits;

  routes.member(messageEndpoints.listEarlierMessages, ({ actor, params, query }) =>
    messages.earlier(actor, params.id, query.before, query.limit ?? limits.branchPageSize),
  );

  routes.member(messageEndpoints.sendMessage, { limit: send }, ({ actor, params, body }) =>
    answers.ask(actor, params.id, body),
  );

  routes.member(messageEndpoints.regenerate, { limit: send }, ({ actor, params, body }) =>
    answers.regenerate(actor, params.id, params.messageId, body?.model),
  );

  routes.member(messageEndpoints.continueMessage, { limit: send }, ({ actor, params }) =>
    answers.continue(actor, params.id, params.messageId),
  );

  routes.member(messageEndpoints.editMessage, { limit: edit }, ({ actor, params, body }) =>
    messages.edit(actor, params.id, params.messageId, body.content),
  );

  routes.member(messageEndpoints.deleteMessage, { limit: edit }, ({ actor, params }) =>
    messages.remove(actor, params.id, params.messageId),
  );

  routes.member(messageEndpoints.stopGeneration, ({ actor, params }) => answers.stop(actor, params.id));

  return routes;
}
