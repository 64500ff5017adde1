import { settingsEndpoints } from '#shared/settings';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SettingsService } from './settings.service.ts';

export function settingsRoutes(platform: Platform, settings: SettingsService): Routes {
  const routes = new Routes();

  routes.anyone(settingsEndpoints.getConfig, async ({ actor }) => {
    const current = await settings.current();
    const firstRun = await settings.isFirstRun();
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

  routes.admin(settingsEndpoints.getSettings, () => settings.adminSettings());
  routes.admin(settingsEndpoints.updateSettings, ({ actor, body }) => settings.update(actor, body));

  return routes;
}
