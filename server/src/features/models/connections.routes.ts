import { connectionEndpoints } from '#shared/connections';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import { presentConnection } from './connections.presenter.ts';
import type { ConnectionService } from './connections.service.ts';

export function connectionRoutes(platform: Platform, connections: ConnectionService): Routes {
  const routes = new Routes();

  routes.admin(connectionEndpoints.listConnections, async () => ({
    items: (await connections.all()).map(presentConnection),
  }));

  routes.admin(connectionEndpoints.createConnection, async ({ actor, body }) =>
    presentConnection(await connections.create(actor, body)),
  );

  routes.admin(connectionEndpoints.updateConnection, async ({ actor, params, body }) =>
    presentConnection(await connections.update(actor, params.id, body)),
  );

  routes.admin(connectionEndpoints.deleteConnection, ({ actor, params }) =>
    connections.remove(actor, params.id),
  );

  routes.admin(
    connectionEndpoints.testConnection,
    { limit: platform.rateLimits.connectionTest },
    ({ body }) => connections.test(body),
  );

  return routes;
}
