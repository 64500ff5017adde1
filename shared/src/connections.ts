import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { IdParams, Id, singleLine, sanitizeText } from './values.ts';

const BaseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2_000)
  .transform((value) => sanitizeText(value).replace(/\/+$/, ''));
const ApiKey = z.string().trim().max(2_000);

export const Connection = z.object({
  id: Id,
  name: z.string(),
  baseUrl: z.string(),
  /** The key itself never leaves the server. */
  hasApiKey: z.boolean(),
  enabled: z.boolean(),
  /** Set by an environment variable: it cannot be changed here. */
  locked: z.boolean(),
});
export type Connection = z.output<typeof Connection>;

export const connectionEndpoints = {
  listConnections: endpoint({
    method: 'GET',
    path: '/admin/connections',
    response: z.object({ items: z.array(Connection) }),
  }),
  createConnection: endpoint({
    method: 'POST',
    path: '/admin/connections',
    status: 201,
    body: z.object({
      name: singleLine(100),
      baseUrl: BaseUrl,
      apiKey: ApiKey.optional(),
      enabled: z.boolean().default(true),
    }),
    response: Connection,
  }),
  updateConnection: endpoint({
    method: 'PATCH',
    path: '/admin/connections/:id',
    params: IdParams,
    body: z.object({
      name: singleLine(100).optional(),
      /** A key belongs to its origin: a new origin without a new key removes the old key. */
      baseUrl: BaseUrl.optional(),
      /** Empty: removes the key. */
      apiKey: ApiKey.optional(),
      enabled: z.boolean().optional(),
    }),
    response: Connection,
  }),
  deleteConnection: endpoint({
    method: 'DELETE',
    path: '/admin/connections/:id',
    status: 204,
    params: IdParams,
  }),
  /** Requests the models of the model server, with the stored key when `id` is given without `apiKey`. */
  testConnection: endpoint({
    method: 'POST',
    path: '/admin/connections/test',
    body: z.object({ id: Id.optional(), baseUrl: BaseUrl, apiKey: ApiKey.optional() }),
    response: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), models: z.array(z.string()) }),
      z.object({ ok: z.literal(false), message: z.string() }),
    ]),
  }),
};
