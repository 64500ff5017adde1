import { authEndpoints } from '#shared/auth';
import { unauthenticated } from '../../platform/errors.ts';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AccountLinkService } from '../users/accountLinks.service.ts';
import { presentUser } from '../users/users.presenter.ts';
import { requireUncommonPassword } from './passwordRules.ts';
import type { SessionAuth } from './sessionAuth.ts';

/** What people without a session do with a one-time link. */
export function accountLinkRoutes(
  { rateLimits }: Platform,
  accountLinks: AccountLinkService,
  sessions: SessionAuth,
): Routes {
  const routes = new Routes();
  const limit = rateLimits.accountLink;

  routes.anyone(authEndpoints.readAccountLink, { limit }, ({ body }) => accountLinks.read(body.token));

  routes.anyone(authEndpoints.useAccountLink, { limit }, async ({ body, req, res }) => {
    sessions.requireSecureConnection(req);
    requireUncommonPassword(body.password, await accountLinks.read(body.token));
    const used = await accountLinks.use(body.token, body.password);
    await sessions.signIn(req, used.actor);
    // The account may have been deactivated, or its password changed, while the session was created.
    if (!(await accountLinks.isCurrent(used))) {
      await sessions.signOut(req, res);
      throw unauthenticated();
    }
    return { user: presentUser(used.actor) };
  });

  return routes;
}
