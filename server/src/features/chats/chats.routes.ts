import { chatEndpoints } from '#shared/chats';
import { limits } from '#shared/limits';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { BranchReader } from './chats.contract.ts';
import { presentChat, presentChatSummary } from './chats.presenter.ts';
import type { ChatQueries } from './chats.queries.ts';
import type { ChatService } from './chats.service.ts';

export function chatRoutes(
  platform: Platform,
  chats: ChatService,
  queries: ChatQueries,
  messages: BranchReader,
): Routes {
  const routes = new Routes();
  const { rateLimits, inFlight } = platform;

  routes.member(
    chatEndpoints.listChats,
    { limit: rateLimits.search, inFlight: inFlight.search },
    async ({ actor, query }) => {
      const { items, nextCursor } = await queries.list({
        ...query,
        ownerId: actor.id,
        archived: query.archived ?? false,
        limit: query.limit ?? limits.pageSizeDefault,
      });
      return { items: items.map(presentChatSummary), nextCursor };
    },
  );

  routes.member(chatEndpoints.createChat, { limit: rateLimits.createChat }, async ({ actor, body }) =>
    presentChat(await chats.create(actor, body ?? {})),
  );

  routes.member(chatEndpoints.getChat, async ({ actor, params }) => {
    const chat = await chats.authorize(actor, params.id);
    return { ...presentChat(chat), ...(await messages.activeBranch(chat)) };
  });

  routes.member(chatEndpoints.updateChat, { limit: rateLimits.edit }, async ({ actor, params, body }) =>
    presentChat(await chats.update(actor, params.id, body)),
  );

  routes.member(chatEndpoints.deleteChat, { limit: rateLimits.edit }, ({ actor, params }) =>
    chats.remove(actor, params.id),
  );

  return routes;
}
