import { limits } from '#shared/limits';
import { usageEndpoints } from '#shared/usage';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { UsageService } from './usage.service.ts';

export function usageRoutes({ rateLimits, inFlight }: Platform, usage: UsageService): Routes {
  const routes = new Routes();
  const bounds = { limit: rateLimits.search, inFlight: inFlight.search };

  routes.member(usageEndpoints.getOwnUsage, bounds, ({ actor }) => usage.own(actor));

  routes.admin(usageEndpoints.getUsage, bounds, ({ query }) =>
    usage.overview({ ...query, limit: query.limit ?? limits.pageSizeDefault }),
  );

  return routes;
}
