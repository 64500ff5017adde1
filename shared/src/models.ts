import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const Model = z.object({
  /** Id on the model server, with the connection's name or id in front when several connections serve it. */
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
      /** Model of new chats; null when there are no models. */
      defaultModel: z.string().nullable(),
    }),
  }),
};
