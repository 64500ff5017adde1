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

/** Whatever is no share id is a link that does not exist, and is answered like one. */
const knownShape: RequestHandler = (req, _res, next) => {
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
    sharingEndpoints.putShare,
    async ({ actor, params, body, req, res }) => {
      const { link, created } = await sharing.put(actor, params.id, body ?? {});
      if (created) res.status(201);
      return presentLink(link, publicOrigin(env, req));
    },
    rateLimits.share,
  );

  routes.member(
    sharingEndpoints.deleteShare,
    ({ actor, params }) => revocations.revokeOfChat(actor, params.id),
    rateLimits.share,
  );

  routes.member(
    sharingEndpoints.listLinks,
    async ({ actor, query, req }) => {
      const order = query.order ?? (query.sort === 'title' ? 'asc' : 'desc');
      const limit = query.limit ?? limits.pageDefault;
      const { items, nextCursor, total } = await sharing.list(actor, { ...query, order, limit });
      const origin = publicOrigin(env, req);
      return { items: items.map((link) => presentLink(link, origin)), nextCursor, total };
    },
    rateLimits.search,
  );

  routes.member(
    sharingEndpoints.updateLink,
    async ({ actor, params, body, req }) =>
      presentLink(await sharing.change(actor, params.id, body), publicOrigin(env, req)),
    rateLimits.share,
  );

  routes.member(
    sharingEndpoints.deleteLink,
    ({ actor, params }) => revocations.revoke(actor, params.id),
    rateLimits.share,
  );

  routes.member(
    sharingEndpoints.restoreLink,
    async ({ actor, params, req }) => {
      const restored = await revocations.restore(actor, params.id);
      return presentLink(await sharing.stateOf(actor, restored), publicOrigin(env, req));
    },
    rateLimits.share,
  );

  routes.member(
    sharingEndpoints.revokeLinks,
    async ({ actor, body }) => {
      const ids = await revocations.revokeMany(actor, 'all' in body ? 'all' : body.ids);
      return { revoked: ids.length, ids };
    },
    rateLimits.share,
  );

  routes.member(
    sharingEndpoints.restoreLinks,
    async ({ actor, body }) => ({ restored: await revocations.restoreMany(actor, body.ids) }),
    rateLimits.share,
  );

  routes.member(
    // The messages are stored in the shape they are sent in: parsing them with every request would be for nothing.
    { ...sharingEndpoints.readShared, response: undefined },
    async ({ actor, params, req, res }) => answers.send(req, res, await pages.open(actor, params.id)),
    rateLimits.shareLookUp,
    knownShape,
  );

  routes.member(
    sharingEndpoints.continueShared,
    async ({ actor, params }) => ({ chatId: await pages.continue(actor, params.id) }),
    rateLimits.shareLookUp,
    knownShape,
    rateLimits.share,
  );

  return routes;
}
