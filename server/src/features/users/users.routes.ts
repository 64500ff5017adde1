import { limits } from '#shared/limits';
import { userEndpoints } from '#shared/users';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import { presentManagedUser, presentPermissions, presentUser } from './users.presenter.ts';
import type { UserQueries } from './users.queries.ts';
import type { UserService } from './users.service.ts';

export function userRoutes(
  platform: Platform,
  users: UserService,
  queries: UserQueries,
  settings: SettingsService,
): Routes {
  const routes = new Routes();
  const { rateLimits, inFlight } = platform;

  const presentMe = async (actor: Actor) => ({
    user: presentUser(actor),
    permissions: presentPermissions(actor, (await settings.current()).communitySharing),
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

  routes.admin(userEndpoints.listUsers, async ({ query }) => {
    const { items, nextCursor } = await queries.list({
      ...query,
      limit: query.limit ?? limits.pageSizeDefault,
    });
    return { items: items.map(presentManagedUser), nextCursor, pendingCount: await queries.countPending() };
  });

  routes.admin(userEndpoints.updateUser, async ({ actor, params, body }) =>
    presentManagedUser(await users.update(actor, params.id, body)),
  );

  return routes;
}
