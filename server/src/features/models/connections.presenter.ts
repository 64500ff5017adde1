import type { Connection } from '#shared/connections';
import type { ModelConnection } from './connections.contract.ts';

/** Credentials written into an address of the environment stay on the server like any other key. */
function withoutCredentials(address: string): string {
  const url = new URL(address);
  if (!url.username && !url.password) return address;
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
