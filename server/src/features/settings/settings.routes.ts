import { settingsEndpoints } from '#shared/settings';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { UserQueries } from '../users/users.queries.ts';
import type { SettingsService } from './settings.service.ts';

export function settingsRoutes(platform: Platform, settings: SettingsService, users: UserQueries): Routes {
  const routes = new Routes();

  routes.anyone(settingsEndpoints.getConfig, async ({ actor }) => {
    const [current, firstRun] = [await settings.current(), !(await users.hasFirstAdmin())];
    return {
      name: current.name,
      version: platform.env.version,
      firstRun,
      signUp: firstRun ? 'open' : current.signUp,
      features: { communitySharing: current.communitySharing, communityHub: false, speech: false },
      communityUrl: platform.env.COMMUNITY_URL,
      signedIn: actor !== undefined,
    };
  });

  routes.admin(settingsEndpoints.getSettings, () => settings.forAdmins());
  routes.admin(settingsEndpoints.updateSettings, ({ actor, body }) => settings.update(actor, body));

  return routes;
}
