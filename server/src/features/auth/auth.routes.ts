import { authEndpoints } from '#shared/auth';
import { userEndpoints } from '#shared/users';
import { DomainError } from '../../platform/errors.ts';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import { hashSessionId } from '../../platform/sessions/sessionStore.ts';
import { presentUser } from '../users/users.presenter.ts';
import type { AuthService } from './auth.service.ts';
import type { SessionAuth } from './sessionAuth.ts';

const wrongCredentials = () =>
  new DomainError('unauthenticated', 'Wrong email or password.', 'wrong_credentials');

export function authRoutes(platform: Platform, auth: AuthService, sessions: SessionAuth): Routes {
  const routes = new Routes();
  const { rateLimits } = platform;

  routes.anyone(authEndpoints.signUp, { limit: rateLimits.signUp }, async ({ body, req }) => {
    const user = await auth.register(body);
    await sessions.signIn(req, user);
    return { user: presentUser(user) };
  });

  routes.anyone(authEndpoints.signIn, { limit: rateLimits.signIn }, async ({ req, res }) => {
    const user = await sessions.authenticate(req, res);
    if (!user) throw wrongCredentials();
    await sessions.signIn(req, user);
    // A password change ends all sessions except one that begins at the same moment.
    if (!(await auth.isStillVerified(user))) {
      await sessions.signOut(req, res);
      throw wrongCredentials();
    }
    await auth.recordSignIn(user);
    return { user: presentUser(user) };
  });

  // Signing out without a session also succeeds.
  routes.anyone(authEndpoints.signOut, ({ req, res }) => sessions.signOut(req, res));

  routes.signedIn(
    userEndpoints.changePassword,
    { limit: rateLimits.signIn },
    async ({ actor, body, req }) => {
      const passwords = { current: body.currentPassword, next: body.newPassword };
      await auth.changePassword(actor, passwords, hashSessionId(req.sessionID));
    },
  );

  return routes;
}
