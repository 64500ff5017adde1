import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { IdParams, Id, singleLine, sanitizeText } from './values.ts';

const BaseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(2_000)
  .transform((value) => sanitizeText(value).replace(/\/+$/, ''));
const ApiKey = z.string().trim().max(2_000);

export const Connection = z.object({
  id: Id,
  name: z.string(),
  baseUrl: z.string(),
  /** Keys are never shown again. */
  hasApiKey: z.boolean(),
  enabled: z.boolean(),
  /** Set by the environment: it wins, and cannot be changed here. */
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
      /** A key belongs to its origin: another origin without a new key drops the old one. */
      baseUrl: BaseUrl.optional(),
      /** Empty: the key is removed. */
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
  /** Asks the model server for its models, with what is stored or with what the form holds. */
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
