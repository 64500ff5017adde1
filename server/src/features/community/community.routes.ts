import { communityEndpoints } from '#shared/community';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { CommunityService } from './community.service.ts';

export function communityRoutes(platform: Platform, community: CommunityService): Routes {
  const routes = new Routes();
  routes.member(
    communityEndpoints.shareToCommunity,
    { limit: platform.rateLimits.share, inFlight: platform.inFlight.snapshot },
    ({ actor, params }) => community.buildPayload(actor, params.id),
  );
  return routes;
}
