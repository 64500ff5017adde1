import type { Request, RequestHandler } from 'express';
import { limits } from '#shared/limits';
import { ShareId, sharingEndpoints } from '#shared/sharing';
import { notFound } from '../../platform/errors.ts';
import { publicOrigin } from '../../platform/http/guards.ts';
import { sendPieces } from '../../platform/http/sendPieces.ts';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { SnapshotPublisher } from './publish.service.ts';
import type { RevocationService } from './revocation.service.ts';
import { SharedPageCache } from './sharedPages.cache.ts';
import type { SharedPageService } from './sharedPages.service.ts';
import { presentPreview, presentShareState, type LinkPresenter } from './sharing.presenter.ts';
import type { LinkRow } from './sharing.queries.ts';
import type { SharingService } from './sharing.service.ts';

interface Parts {
  publisher: SnapshotPublisher;
  sharing: SharingService;
  revocations: RevocationService;
  pages: SharedPageService;
  presenter: LinkPresenter;
}

export function sharingRoutes(platform: Platform, parts: Parts): Routes {
  const routes = new Routes();
  addChatRoutes(routes, platform, parts);
  addLinkRoutes(routes, platform, parts);
  addSharedPageRoutes(routes, platform, parts);
  return routes;
}

const presentWith =
  ({ env }: Platform, { presenter }: Parts) =>
  (actor: Actor, link: LinkRow, req: Request) =>
    presenter.presentLink(actor, link, publicOrigin(env, req));

/** Below `/chats/:id/share`: the link of one chat. */
function addChatRoutes(routes: Routes, platform: Platform, parts: Parts): void {
  const { rateLimits, inFlight } = platform;
  const snapshot = { limit: rateLimits.share, inFlight: inFlight.snapshot };
  const { publisher, sharing, revocations } = parts;
  const present = presentWith(platform, parts);

  const getOptions = { inFlight: inFlight.snapshot };
  routes.member(sharingEndpoints.getShare, getOptions, async ({ actor, params, query, req, res }) => {
    const { link, preview, ...state } = await sharing.chatShare(actor, params.id, query);
    const presented = link ? { ...(await present(actor, link, req)), upToDate: state.upToDate } : null;
    await sendPieces(res.type('json'), presentShareState({ link: presented, ...state }, preview));
  });

  const previewOptions = { limit: rateLimits.preview, inFlight: inFlight.snapshot };
  routes.member(sharingEndpoints.previewShare, previewOptions, async ({ actor, params, query, res }) => {
    await sendPieces(res.type('json'), presentPreview(await sharing.preview(actor, params.id, query)));
  });

  routes.member(sharingEndpoints.publishShare, snapshot, async ({ actor, params, body, req, res }) => {
    const { link, created } = await publisher.publish(actor, params.id, body ?? {});
    if (created) res.status(201);
    return present(actor, link, req);
  });

  routes.member(sharingEndpoints.revokeShare, { limit: rateLimits.share }, ({ actor, params }) =>
    revocations.revokeShare(actor, params.id),
  );
}

/** Below `/shared-links`: all links of one person. */
function addLinkRoutes(routes: Routes, platform: Platform, parts: Parts): void {
  const { env, rateLimits, inFlight } = platform;
  const { sharing, revocations, presenter } = parts;
  const present = presentWith(platform, parts);

  routes.member(
    sharingEndpoints.listLinks,
    { limit: rateLimits.search, inFlight: inFlight.search },
    async ({ actor, query, req }) => {
      const order = query.order ?? (query.sort === 'title' ? 'asc' : 'desc');
      const limit = query.limit ?? limits.pageSizeDefault;
      const { items, ...page } = await sharing.list(actor, { ...query, order, limit });
      return { items: await presenter.presentLinks(actor, items, publicOrigin(env, req)), ...page };
    },
  );

  routes.member(
    sharingEndpoints.updateLink,
    { limit: rateLimits.share },
    async ({ actor, params, body, req }) => present(actor, await sharing.update(actor, params.id, body), req),
  );

  routes.member(sharingEndpoints.revokeLink, { limit: rateLimits.share }, ({ actor, params }) =>
    revocations.revokeLink(actor, params.id),
  );

  routes.member(sharingEndpoints.restoreLink, { limit: rateLimits.share }, async ({ actor, params, req }) =>
    present(actor, await revocations.restore(actor, params.id), req),
  );

  routes.member(sharingEndpoints.revokeLinks, { limit: rateLimits.share }, async ({ actor, body }) => {
    const ids = await revocations.revokeMany(actor, 'all' in body ? 'all' : body.ids);
    return { revoked: ids.length, ids };
  });

  routes.member(sharingEndpoints.restoreLinks, { limit: rateLimits.share }, async ({ actor, body }) => ({
    restored: await revocations.restoreMany(actor, body.ids),
  }));
}

/** A malformed id gets the same 404 as an unknown one. */
const requireShareId: RequestHandler = (req, _res, next) => {
  if (!ShareId.safeParse(req.params.id).success) throw notFound();
  next();
};

/** Below `/shared`: what viewers of a link do. */
function addSharedPageRoutes(routes: Routes, { rateLimits, inFlight }: Platform, { pages }: Parts): void {
  const cache = new SharedPageCache();

  routes.member(
    sharingEndpoints.readSharedChat,
    { limit: rateLimits.shareLookUp, before: requireShareId, inFlight: inFlight.sharedPage },
    async ({ actor, params, req, res }) => cache.send(req, res, await pages.open(actor, params.id)),
  );

  routes.member(
    sharingEndpoints.continueSharedChat,
    {
      limit: [rateLimits.shareLookUp, rateLimits.share],
      before: requireShareId,
      inFlight: inFlight.snapshot,
    },
    async ({ actor, params }) => ({ chatId: await pages.continueChat(actor, params.id) }),
  );
}
