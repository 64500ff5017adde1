import { modelEndpoints } from '#shared/models';
import { Routes } from '../../platform/http/routes.ts';
import type { ModelService } from './models.service.ts';

export function modelRoutes(models: ModelService): Routes {
  const routes = new Routes();
  routes.member(modelEndpoints.listModels, () => models.list());
  return routes;
}
