import type { Logger } from '../../platform/log.ts';
import type { ModelConnection } from './connections.contract.ts';
import type { ServedModel } from './modelClient.ts';

/** Milliseconds for which a list of models is current. */
const freshForMs = 60_000;
/** Milliseconds after a failed request before the server is asked again. */
const retryAfterMs = 5_000;
/** Milliseconds for which the models of a failing server are still offered: it may only be restarting. */
const keptForMs = 10 * 60_000;
/** Milliseconds the first reader of a list waits for one server. */
export const listTimeoutMs = 3_000;

interface CachedList {
  models: ServedModel[];
  receivedAt: number;
  requestedAt: number;
  failed: boolean;
  refresh: Promise<void> | undefined;
}

type FetchModels = (connection: ModelConnection, signal: AbortSignal) => Promise<ServedModel[]>;

/**
 * Caches which models each connection serves. A stale list is returned at once and refreshed in the background, so that
 * nobody waits for a slow server twice.
 */
export class ModelCatalog {
  #parts: { fetchModels: FetchModels; now: () => number; log: Logger };
  #lists = new Map<string, CachedList>();

  constructor(parts: { fetchModels: FetchModels; now: () => number; log: Logger }) {
    this.#parts = parts;
  }

  /** Returns the models of each connection, in the same order. A server that does not respond in time has none for now. */
  async list(connections: ModelConnection[]): Promise<ServedModel[][]> {
    this.#removeAllExcept(new Set(connections.map(({ revision }) => revision)));
    return Promise.all(connections.map((connection) => this.#modelsOf(connection)));
  }

  async #modelsOf(connection: ModelConnection): Promise<ServedModel[]> {
    const { now } = this.#parts;
    const list = this.#lists.get(connection.revision) ?? this.#add(connection.revision);
    const age = now() - list.requestedAt;
    if (!list.refresh && age > (list.failed ? retryAfterMs : freshForMs)) {
      list.refresh = this.#refresh(connection, list).finally(() => (list.refresh = undefined));
    }
    const neverRequested = list.requestedAt === -Infinity;
    if (neverRequested) await list.refresh;
    return now() - list.receivedAt < keptForMs ? list.models : [];
  }

  async #refresh(connection: ModelConnection, list: CachedList): Promise<void> {
    const { fetchModels, now, log } = this.#parts;
    try {
      list.models = await fetchModels(connection, AbortSignal.timeout(listTimeoutMs));
      list.receivedAt = now();
      list.failed = false;
    } catch (error) {
      log.debug({ err: error, connection: connection.id }, 'listing models failed');
      list.failed = true;
    }
    list.requestedAt = now();
  }

  #add(revision: string): CachedList {
    const list = {
      models: [],
      receivedAt: -Infinity,
      requestedAt: -Infinity,
      failed: false,
      refresh: undefined,
    };
    this.#lists.set(revision, list);
    return list;
  }

  #removeAllExcept(revisions: Set<string>): void {
    for (const revision of this.#lists.keys()) if (!revisions.has(revision)) this.#lists.delete(revision);
  }
}
