import { existsSync, readFileSync } from 'node:fs';
import type { Env } from '../../platform/env.ts';
import { SecretBox } from '../../platform/secretBox.ts';
import type { Connection } from './connection.ts';
import { secretFile } from './sqliteFiles.ts';

/** Returns the secret of the instance, or nothing if it has none yet. Unlike the server, creates none. */
export function presentSecret(env: Pick<Env, 'DATA_DIR' | 'WEBUI_SECRET_KEY'>): string | undefined {
  if (env.WEBUI_SECRET_KEY !== undefined) return env.WEBUI_SECRET_KEY;
  const file = secretFile(env);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Returns how many stored API keys there are, and the names of the connections whose key this secret cannot open. */
export async function checkStoredKeys(connection: Connection, secret: string | undefined) {
  const rows = await connection.query(
    'select name, api_key_cipher as sealed from connections where api_key_cipher is not null',
  );
  const box = secret === undefined ? undefined : new SecretBox(secret);
  const opens = (sealed: string) => {
    try {
      return box?.open(sealed) !== undefined;
    } catch {
      return false;
    }
  };
  const unreadable = rows.filter(({ sealed }) => !opens(String(sealed))).map(({ name }) => String(name));
  return { total: rows.length, unreadable };
}
