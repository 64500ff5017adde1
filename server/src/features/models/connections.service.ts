import { DomainError, notFound, refused } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';
import type { ModelConnection } from './connections.contract.ts';
import { environmentConnections } from './environmentConnections.ts';
import type { ConnectionQueries, ConnectionRow } from './connections.queries.ts';
import { requireAllowedAddress } from './addressGuard.ts';
import { fetchModels } from './modelClient.ts';

/** Milliseconds an admin waits for a test. */
const testPatience = { connectMs: 5_000, firstByteMs: 10_000, idleMs: 10_000 };

interface Wanted {
  name: string;
  baseUrl: string;
  /** Absent: as it was. Empty: none. */
  apiKey?: string;
  enabled: boolean;
}
type TestResult = { ok: true; models: string[] } | { ok: false; message: string };

/** The model servers of the instance: those of the environment first, then those that admins made. */
export class ConnectionService {
  #platform: Platform;
  #queries: ConnectionQueries;
  #audit: AuditQueries;
  #environment: ModelConnection[];

  constructor(platform: Platform, parts: { queries: ConnectionQueries; audit: AuditQueries }) {
    this.#platform = platform;
    this.#queries = parts.queries;
    this.#audit = parts.audit;
    this.#environment = environmentConnections(platform.env, platform.log);
  }

  async all(): Promise<ModelConnection[]> {
    return [...this.#environment, ...(await this.#queries.all()).map((row) => this.#served(row))];
  }

  async create(actor: Actor, { apiKey, ...wanted }: Wanted): Promise<ModelConnection> {
    await requireUsable(wanted.baseUrl);
    const id = newId();
    await this.#platform.store.tx(async () => {
      await this.#queries.insert(id, { ...wanted, apiKeyCipher: this.#seal(apiKey) });
      await this.#record(actor, 'created', id, { origin: originOf(wanted.baseUrl), enabled: wanted.enabled });
    });
    return this.#changed(id);
  }

  async update(actor: Actor, id: string, { apiKey, ...wanted }: Partial<Wanted>): Promise<ModelConnection> {
    this.#requireUnlocked(id);
    if (wanted.baseUrl !== undefined) await requireUsable(wanted.baseUrl);
    await this.#platform.store.tx(async () => {
      const before = await this.#row(id);
      // A key is meant for the server it was given for: it is never sent to another one.
      const moved = wanted.baseUrl !== undefined && originOf(wanted.baseUrl) !== originOf(before.baseUrl);
      const key = apiKey !== undefined || moved ? { apiKeyCipher: this.#seal(apiKey) } : {};
      await this.#queries.update(id, { ...wanted, ...key });
      const after = await this.#row(id);
      await this.#record(actor, 'updated', id, {
        origin: originOf(after.baseUrl),
        enabled: after.enabled,
        keyChanged: 'apiKeyCipher' in key,
      });
    });
    return this.#changed(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    this.#requireUnlocked(id);
    await this.#platform.store.tx(async () => {
      const { baseUrl } = await this.#row(id);
      await this.#queries.remove(id);
      await this.#record(actor, 'deleted', id, { origin: originOf(baseUrl) });
    });
    this.#platform.realtime.sendToAll('config:changed', {});
  }

  /** Asks the server for its models. The stored key is used only at the origin it was stored for. */
  async test(wanted: { id?: string; baseUrl: string; apiKey?: string }): Promise<TestResult> {
    try {
      await requireUsable(wanted.baseUrl);
      const stored =
        wanted.id === undefined ? undefined : (await this.all()).find(({ id }) => id === wanted.id);
      const kept = stored && originOf(stored.baseUrl) === originOf(wanted.baseUrl) ? stored.apiKey : null;
      const connection = {
        id: 'test',
        name: '',
        baseUrl: wanted.baseUrl,
        apiKey: wanted.apiKey === undefined ? kept : wanted.apiKey || null,
        enabled: true,
        locked: false,
        revision: '',
      };
      const models = await fetchModels(connection, testPatience, this.#platform.env.version);
      return { ok: true, models: models.map(({ id }) => id) };
    } catch (error) {
      if (error instanceof DomainError) return { ok: false, message: error.message };
      throw error;
    }
  }

  #served(row: ConnectionRow): ModelConnection {
    const { id, name, baseUrl, enabled, apiKeyCipher } = row;
    const revision = [id, baseUrl, apiKeyCipher].join(' ');
    return { id, name, baseUrl, enabled, locked: false, apiKey: this.#open(row), revision };
  }

  #seal(apiKey: string | undefined): string | null {
    return apiKey ? this.#platform.secretBox.seal(apiKey) : null;
  }

  #open({ id, apiKeyCipher }: ConnectionRow): string | null {
    if (apiKeyCipher === null) return null;
    try {
      return this.#platform.secretBox.open(apiKeyCipher);
    } catch {
      this.#platform.log.warn(
        { connection: id },
        'a stored API key cannot be read: the secret is another one now',
      );
      return null;
    }
  }

  async #row(id: string): Promise<ConnectionRow> {
    const row = await this.#queries.byId(id);
    if (!row) throw notFound('There is no such connection.');
    return row;
  }

  #requireUnlocked(id: string): void {
    if (!this.#environment.some((connection) => connection.id === id)) return;
    throw refused('This connection is set by the environment of the server. Change it there.', 'locked');
  }

  async #changed(id: string): Promise<ModelConnection> {
    this.#platform.realtime.sendToAll('config:changed', {});
    return this.#served(await this.#row(id));
  }

  #record(actor: Actor, what: string, targetId: string, details: Record<string, unknown>): Promise<void> {
    return this.#audit.record({
      actorId: actor.id,
      action: `connection.${what}`,
      targetType: 'connection',
      targetId,
      details,
    });
  }
}

const originOf = (address: string) => new URL(address).origin;

async function requireUsable(address: string): Promise<void> {
  const url = new URL(address);
  if (url.username || url.password) throw refused('Put the key into its own field, not into the address.');
  await requireAllowedAddress(url);
}
