import type { Request } from 'express';
import { limits } from '#shared/limits';
import { userEndpoints } from '#shared/users';
import { publicOrigin } from '../../platform/http/guards.ts';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import { isAdmin, type Actor } from '../../platform/policy.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import type { AccountDeletion } from './accountDeletion.service.ts';
import type { AccountLinkQueries } from './accountLinks.queries.ts';
import type { AccountLinkService, NewAccountLink } from './accountLinks.service.ts';
import {
  presentAccountLink,
  presentManagedUser,
  presentPermissions,
  presentUser,
} from './users.presenter.ts';
import type { UserQueries } from './users.queries.ts';
import type { UserService } from './users.service.ts';

interface Parts {
  users: UserService;
  queries: UserQueries;
  accountLinks: AccountLinkService;
  linkQueries: AccountLinkQueries;
  deletion: AccountDeletion;
  settings: SettingsService;
}

export function userRoutes(platform: Platform, parts: Parts): Routes {
  const routes = new Routes();
  addOwnRoutes(routes, platform, parts);
  addAdminRoutes(routes, platform, parts);
  return routes;
}

/** What people read and change about themselves, and whom they can share with. */
function addOwnRoutes(
  routes: Routes,
  { rateLimits, inFlight }: Platform,
  { users, queries, settings }: Parts,
): void {
  const presentMe = async (actor: Actor) => ({
    user: presentUser(actor),
    permissions: presentPermissions(actor, (await settings.current()).communitySharing),
    pendingCount: isAdmin(actor) ? await queries.countPending() : 0,
  });

  routes.signedIn(userEndpoints.getMe, ({ actor }) => presentMe(actor));

  routes.signedIn(userEndpoints.updateMe, { limit: rateLimits.edit }, async ({ actor, body }) =>
    presentMe(body.name === undefined ? actor : await users.rename(actor, body.name)),
  );

  routes.member(
    userEndpoints.listPeople,
    { limit: rateLimits.search, inFlight: inFlight.search },
    ({ query }) => queries.listPeople({ ...query, limit: query.limit ?? limits.pageSizeDefault }),
  );
}

/** Below `/admin/users`. */
function addAdminRoutes(routes: Routes, { env }: Platform, parts: Parts): void {
  const { users, queries, accountLinks, linkQueries, deletion } = parts;
  const present = (req: Request, link: NewAccountLink) => presentAccountLink(publicOrigin(env, req), link);

  routes.admin(userEndpoints.listUsers, async ({ query }) => {
    const { items, nextCursor } = await queries.list({
      ...query,
      limit: query.limit ?? limits.pageSizeDefault,
    });
    const invited = await linkQueries.invitedAmong(items.map(({ id }) => id));
    return {
      items: items.map((row) => presentManagedUser(row, invited.has(row.id))),
      nextCursor,
      pendingCount: await queries.countPending(),
    };
  });

  routes.admin(userEndpoints.updateUser, async ({ actor, params, body }) => {
    const row = await users.update(actor, params.id, body);
    return presentManagedUser(row, (await linkQueries.invitedAmong([row.id])).has(row.id));
  });

  routes.admin(userEndpoints.createUser, async ({ actor, body, req }) => {
    const { user, link } = await accountLinks.invite(actor, body);
    const { url, expiresAt } = present(req, link);
    return { user: presentManagedUser(user, true), inviteUrl: url, expiresAt };
  });

  routes.admin(userEndpoints.createResetLink, async ({ actor, params, req }) =>
    present(req, await accountLinks.createResetLink(actor, params.id)),
  );

  routes.admin(userEndpoints.deleteUser, ({ actor, params, body }) =>
    deletion.remove(actor, params.id, body),
  );
}
