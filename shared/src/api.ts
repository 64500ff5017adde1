import { authEndpoints } from './auth.ts';
import { chatEndpoints } from './chats.ts';
import { communityEndpoints } from './community.ts';
import { connectionEndpoints } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import { exportEndpoints, importEndpoints } from './imports.ts';
import { messageEndpoints } from './messages.ts';
import { modelEndpoints } from './models.ts';
import { settingsEndpoints } from './settings.ts';
import { sharingEndpoints } from './sharing.ts';
import { usageEndpoints } from './usage.ts';
import { userEndpoints } from './users.ts';

export const apiPrefix = '/api/v1';

/** Every endpoint of the native API. */
export const endpoints = {
  ...settingsEndpoints,
  ...authEndpoints,
  ...userEndpoints,
  ...usageEndpoints,
  ...modelEndpoints,
  ...connectionEndpoints,
  ...chatEndpoints,
  ...messageEndpoints,
  ...sharingEndpoints,
  ...communityEndpoints,
  ...importEndpoints,
  ...exportEndpoints,
} satisfies Record<string, Endpoint>;

type All = (typeof endpoints)[keyof typeof endpoints];

/**
 * Endpoints by `'METHOD /path'`. Clients import only this type, so their bundle contains no schemas:
 * `call('GET /chats/:id', { params: { id } })`.
 */
export type Api = { [E in All as `${E['method']} ${E['path']}`]: E };
