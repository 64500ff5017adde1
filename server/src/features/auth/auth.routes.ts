import type { Request } from 'express';
import { authEndpoints } from '#shared/auth';
import { userEndpoints } from '#shared/users';
import { DomainError } from '../../platform/errors.ts';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import { presentUser } from '../users/users.presenter.ts';
import type { AuthService } from './auth.service.ts';
import { FailureLimit } from './failureLimit.ts';
import type { SessionAuth } from './sessionAuth.ts';

const wrongCredentials = () =>
  new DomainError('unauthenticated', 'Wrong email or password.', 'wrong_credentials');

const addressOf = (req: Request): string => req.ip ?? '';

interface Parts {
  auth: AuthService;
  sessionAuth: SessionAuth;
}

export function authRoutes(platform: Platform, { auth, sessionAuth }: Parts): Routes {
  const routes = new Routes();
  const { rateLimits } = platform;
  const failureLimit = new FailureLimit(platform);

  routes.anyone(authEndpoints.signUp, { limit: rateLimits.signUp }, async ({ body, req }) => {
    sessionAuth.requireSecureConnection(req);
    const user = await auth.register(body);
    await sessionAuth.signIn(req, user);
    return { user: presentUser(user) };
  });

  routes.anyone(authEndpoints.signIn, { limit: rateLimits.signIn }, async ({ body, req, res }) => {
    sessionAuth.requireSecureConnection(req);
    const attempt = await failureLimit.beginSignIn(body.email, { req, res });
    const { actor: user, failure } = await sessionAuth.authenticate(req, res);
    if (!user) {
      auth.recordFailedSignIn(failure, addressOf(req));
      throw wrongCredentials();
    }
    attempt.succeeded();
    await sessionAuth.signIn(req, user);
    // A password change ends all sessions except one that begins at the same moment.
    if (!(await auth.isStillVerified(user))) {
      await sessionAuth.signOut(req, res);
      throw wrongCredentials();
    }
    await auth.recordSignIn(user);
    return { user: presentUser(user) };
  });

  // Signing out without a session also succeeds.
  routes.anyone(authEndpoints.signOut, async ({ actor, req, res }) => {
    await sessionAuth.signOut(req, res);
    if (actor) await auth.recordSignOut(actor);
    // The pages that the browser can go back to, and what they stored. Not "cookies": that covers the whole domain,
    // with other sites on it. Not "executionContexts": it would close pages of other tabs, which ask before they leave.
    res.set('Clear-Site-Data', '"cache", "storage"');
  });

  routes.signedIn(
    userEndpoints.changePassword,
    { limit: rateLimits.signIn },
    async ({ actor, body, req, res }) => {
      const attempt = await failureLimit.beginPasswordChange(actor.id, res);
      await auth.requirePassword(actor, body.currentPassword, addressOf(req));
      attempt.succeeded();
      await auth.changePassword(actor, body.newPassword);
      await platform.sessions.revokeUser(actor.id, sessionAuth.sidHashOf(req));
      // A copy of the cookie ends too, while the browser that sent the request gets a new one.
      await sessionAuth.renew(req, actor);
    },
  );

  return routes;
}
