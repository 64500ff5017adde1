import type { Connection } from '#shared/connections';
import type { ModelConnection } from './connections.contract.ts';

/** Removes credentials from a base URL of the environment: they are never sent, like any other key. */
function withoutCredentials(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (!url.username && !url.password) return baseUrl;
  url.username = url.password = '';
  return url.toString();
}

export const presentConnection = (connection: ModelConnection): Connection => ({
  id: connection.id,
  name: connection.name,
  baseUrl: withoutCredentials(connection.baseUrl),
  hasApiKey: connection.apiKey !== null,
  enabled: connection.enabled,
  locked: connection.locked,
});
