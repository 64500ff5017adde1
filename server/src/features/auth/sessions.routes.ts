import { authEndpoints } from '#shared/auth';
import { Routes } from '../../platform/http/routes.ts';
import { hashSessionId } from '../../platform/sessions/sessionStore.ts';
import { presentSession } from './sessions.presenter.ts';
import type { SessionService } from './sessions.service.ts';

export function sessionRoutes(sessions: SessionService): Routes {
  const routes = new Routes();

  routes.signedIn(authEndpoints.listSessions, async ({ actor, req }) => {
    const current = hashSessionId(req.sessionID);
    return { items: (await sessions.list(actor)).map((row) => presentSession(row, current)) };
  });

  routes.signedIn(authEndpoints.endSession, ({ actor, params }) => sessions.end(actor, params.id));

  routes.signedIn(authEndpoints.endOtherSessions, ({ actor, req }) => sessions.endOthers(actor, req));

  return routes;
}
