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
import type { ModelTuning } from './models.contract.ts';
import { listTimeouts, type Timeouts } from './modelFetch.ts';

/** Milliseconds that a connection test takes at most, so that an admin who waits for it gets a result. */
const connectionTestMs = 15_000;
/** Timeouts of its phases, which say what is slow. */
const testTimeouts: Timeouts = { ...listTimeouts(10_000), connectMs: 5_000 };

interface ConnectionInput {
  name: string;
  baseUrl: string;
  /** Absent: unchanged. Empty: none. */
  apiKey?: string;
  enabled: boolean;
}
interface Parts {
  queries: ConnectionQueries;
  audit: AuditQueries;
  modelTuning?: ModelTuning;
}
type TestResult = { ok: true; models: string[] } | { ok: false; message: string };

/** The connections of the instance: those set by environment variables first, then those that admins added. */
export class ConnectionService {
  #platform: Platform;
  #parts: Parts;
  #environment: ModelConnection[];

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
    this.#environment = environmentConnections(platform.env, platform.log);
  }

  async all(): Promise<ModelConnection[]> {
    return [...this.#environment, ...(await this.#parts.queries.all()).map((row) => this.#connection(row))];
  }

  async create(actor: Actor, { apiKey, ...fields }: ConnectionInput): Promise<ModelConnection> {
    await requireAllowedUrl(fields.baseUrl);
    const id = newId();
    await this.#platform.store.tx(async () => {
      await this.#parts.queries.insert(id, { ...fields, apiKeyCipher: this.#seal(apiKey) });
      await this.#record(actor, 'created', id, {
        origin: originOf(fields.baseUrl),
        enabled: fields.enabled,
      });
    });
    return this.#announceChange(id);
  }

  async update(
    actor: Actor,
    id: string,
    { apiKey, ...fields }: Partial<ConnectionInput>,
  ): Promise<ModelConnection> {
    this.#requireUnlocked(id);
    if (fields.baseUrl !== undefined) await requireAllowedUrl(fields.baseUrl);
    await this.#platform.store.tx(async () => {
      const before = await this.#row(id);
      // A key belongs to the server it was entered for and is never sent to another one.
      const newOrigin = fields.baseUrl !== undefined && originOf(fields.baseUrl) !== originOf(before.baseUrl);
      const key = apiKey !== undefined || newOrigin ? { apiKeyCipher: this.#seal(apiKey) } : {};
      await this.#parts.queries.update(id, { ...fields, ...key });
      const after = await this.#row(id);
      await this.#record(actor, 'updated', id, {
        origin: originOf(after.baseUrl),
        enabled: after.enabled,
        keyChanged: 'apiKeyCipher' in key,
      });
    });
    return this.#announceChange(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    this.#requireUnlocked(id);
    await this.#platform.store.tx(async () => {
      const { baseUrl } = await this.#row(id);
      await this.#parts.queries.remove(id);
      await this.#record(actor, 'deleted', id, { origin: originOf(baseUrl) });
    });
    this.#platform.realtime.sendToAll('config:changed', {});
  }

  /** Requests the server's list of models. The stored key is sent only to the origin it was stored for. */
  async test(input: { id?: string; baseUrl: string; apiKey?: string }): Promise<TestResult> {
    const deadline = AbortSignal.timeout(this.#parts.modelTuning?.connectionTestMs ?? connectionTestMs);
    try {
      await requireAllowedUrl(input.baseUrl);
      const stored =
        input.id === undefined ? undefined : (await this.all()).find(({ id }) => id === input.id);
      const storedKey = stored && originOf(stored.baseUrl) === originOf(input.baseUrl) ? stored.apiKey : null;
      const connection = {
        id: 'test',
        name: '',
        baseUrl: input.baseUrl,
        apiKey: input.apiKey === undefined ? storedKey : input.apiKey || null,
        enabled: true,
        locked: false,
        revision: '',
      };
      const { env, log } = this.#platform;
      const options = { timeouts: testTimeouts, version: env.version, log };
      const models = await fetchModels(connection, options, deadline);
      return { ok: true, models: models.map(({ id }) => id) };
    } catch (error) {
      if (error instanceof DomainError) return { ok: false, message: error.message };
      throw error;
    }
  }

  #connection(row: ConnectionRow): ModelConnection {
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
      this.#platform.log.warn({ connection: id }, 'cannot decrypt a stored API key: the secret has changed');
      return null;
    }
  }

  async #row(id: string): Promise<ConnectionRow> {
    const row = await this.#parts.queries.byId(id);
    if (!row) throw notFound('Connection not found.');
    return row;
  }

  #requireUnlocked(id: string): void {
    if (!this.#environment.some((connection) => connection.id === id)) return;
    throw refused('This connection is set by an environment variable. Change it there.', 'locked');
  }

  async #announceChange(id: string): Promise<ModelConnection> {
    this.#platform.realtime.sendToAll('config:changed', {});
    return this.#connection(await this.#row(id));
  }

  #record(actor: Actor, verb: string, targetId: string, details: Record<string, unknown>): Promise<void> {
    return this.#parts.audit.record({
      actorId: actor.id,
      action: `connection.${verb}`,
      targetType: 'connection',
      targetId,
      details,
    });
  }
}

const originOf = (baseUrl: string) => new URL(baseUrl).origin;

async function requireAllowedUrl(baseUrl: string): Promise<void> {
  const url = new URL(baseUrl);
  if (url.username || url.password)
    throw refused('The base URL must not contain credentials. Enter the key in its own field.');
  await requireAllowedAddress(url);
}
