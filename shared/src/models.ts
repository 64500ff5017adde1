import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const Model = z.object({
  /** What the model server calls it. */
  id: z.string(),
  name: z.string(),
  /** The name of the connection that serves it. */
  connection: z.string(),
});
export type Model = z.output<typeof Model>;

/** The built-in demo model. */
export const demoModelId = 'parley-demo';

export const modelEndpoints = {
  listModels: endpoint({
    method: 'GET',
    path: '/models',
    response: z.object({
      items: z.array(Model),
      /** What a new chat uses; null when there is no model at all. */
      defaultModel: z.string().nullable(),
    }),
  }),
};
