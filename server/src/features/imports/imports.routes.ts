import { importEndpoints } from '#shared/imports';
import { limits } from '#shared/limits';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ImportService } from './imports.service.ts';
import { receiveUpload } from './upload/receiveUpload.ts';

export function importRoutes(platform: Platform, imports: ImportService): Routes {
  const routes = new Routes();

  routes.member(importEndpoints.importChats, { limit: platform.rateLimits.import }, ({ actor, query, req }) =>
    imports.run(actor, query.importId, (path, stopped) =>
      receiveUpload(req, path, limits.importUploadBytes, stopped),
    ),
  );

  return routes;
}
