import type { RequestHandler } from 'express';
import { limits } from '#shared/limits';
import { ShareId, sharingEndpoints } from '#shared/sharing';
import { notFound } from '../../platform/errors.ts';
import { publicOrigin } from '../../platform/http/guards.ts';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import { ReadyAnswers } from './sharing.answers.ts';
import type { SharedPages } from './sharing.pages.ts';
import { presentLink } from './sharing.presenter.ts';
import type { LinkRevocations } from './sharing.revocations.ts';
import type { SharingService } from './sharing.service.ts';

/** A malformed id gets the same 404 as an unknown one. */
const requireShareId: RequestHandler = (req, _res, next) => {
  if (!ShareId.safeParse(req.params.id).success) throw notFound();
  next();
};

export function sharingRoutes(
  platform: Platform,
  sharing: SharingService,
  revocations: LinkRevocations,
  pages: SharedPages,
): Routes {
  const routes = new Routes();
  const { env, rateLimits } = platform;
  const answers = new ReadyAnswers();

  routes.member(sharingEndpoints.getShare, async ({ actor, params, req }) => {
    const { link, ...drift } = await sharing.ofChat(actor, params.id);
    return { link: link && presentLink(link, publicOrigin(env, req)), ...drift };
  });

  routes.member(sharingEndpoints.previewShare, ({ actor, params }) => sharing.preview(actor, params.id));

  routes.member(
    sharingEndpoints.publishShare,
    { limit: rateLimits.share },
    async ({ actor, params, body, req, res }) => {
      const { link, created } = await sharing.put(actor, params.id, body ?? {});
      if (created) res.status(201);
      return presentLink(link, publicOrigin(env, req));
    },
  );

  routes.member(sharingEndpoints.revokeShare, { limit: rateLimits.share }, ({ actor, params }) =>
    revocations.revokeOfChat(actor, params.id),
  );

  routes.member(sharingEndpoints.listLinks, { limit: rateLimits.search }, async ({ actor, query, req }) => {
    const order = query.order ?? (query.sort === 'title' ? 'asc' : 'desc');
    const limit = query.limit ?? limits.pageSizeDefault;
    const { items, nextCursor, total } = await sharing.list(actor, { ...query, order, limit });
    const origin = publicOrigin(env, req);
    return { items: items.map((link) => presentLink(link, origin)), nextCursor, total };
  });

  routes.member(
    sharingEndpoints.updateLink,
    { limit: rateLimits.share },
    async ({ actor, params, body, req }) =>
      presentLink(await sharing.change(actor, params.id, body), publicOrigin(env, req)),
  );

  routes.member(sharingEndpoints.revokeLink, { limit: rateLimits.share }, ({ actor, params }) =>
    revocations.revoke(actor, params.id),
  );

  routes.member(sharingEndpoints.restoreLink, { limit: rateLimits.share }, async ({ actor, params, req }) => {
    const restored = await revocations.restore(actor, params.id);
    return presentLink(await sharing.stateOf(actor, restored), publicOrigin(env, req));
  });

  routes.member(sharingEndpoints.revokeLinks, { limit: rateLimits.share }, async ({ actor, body }) => {
    const ids = await revocations.revokeMany(actor, 'all' in body ? 'all' : body.ids);
    return { revoked: ids.length, ids };
  });

  routes.member(sharingEndpoints.restoreLinks, { limit: rateLimits.share }, async ({ actor, body }) => ({
    restored: await revocations.restoreMany(actor, body.ids),
  }));

  routes.member(
    sharingEndpoints.readSharedChat,
    { limit: rateLimits.shareLookUp, before: requireShareId },
    async ({ actor, params, req, res }) => answers.send(req, res, await pages.open(actor, params.id)),
  );

  routes.member(
    sharingEndpoints.continueSharedChat,
    { limit: [rateLimits.shareLookUp, rateLimits.share], before: requireShareId },
    async ({ actor, params }) => ({ chatId: await pages.continue(actor, params.id) }),
  );

  return routes;
}
