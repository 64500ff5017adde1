import type { Logger } from '../../platform/log.ts';
import type { ModelConnection } from './connections.contract.ts';
import type { ServedModel } from './modelClient.ts';

/** Milliseconds for which a list of models is taken as current. */
const freshForMs = 60_000;
/** Milliseconds after which a server that did not answer is asked again. */
const retryAfterMs = 5_000;
/** Milliseconds for which models of a server that stopped answering are still offered: it may only be restarting. */
const keptForMs = 10 * 60_000;
/** Milliseconds the first reader of a list waits for one server. */
export const listTimeoutMs = 3_000;

interface Known {
  models: ServedModel[];
  answeredAt: number;
  askedAt: number;
  failed: boolean;
  asking: Promise<void> | undefined;
}

type Ask = (connection: ModelConnection, signal: AbortSignal) => Promise<ServedModel[]>;

/**
 * Which models each connection serves, remembered for a while. What is old is answered at once and asked for again
 * behind it, so that nobody waits for a slow server twice.
 */
export class ModelCatalog {
  #known = new Map<string, Known>();
  #ask: Ask;
  #now: () => number;
  #log: Logger;

  constructor(parts: { ask: Ask; now: () => number; log: Logger }) {
    this.#ask = parts.ask;
    this.#now = parts.now;
    this.#log = parts.log;
  }

  /** The models of each connection, in their order. A server that does not answer in time has none for now. */
  async of(connections: ModelConnection[]): Promise<ServedModel[][]> {
    this.#forgetAllBut(new Set(connections.map(({ revision }) => revision)));
    return Promise.all(connections.map((connection) => this.#modelsOf(connection)));
  }

  async #modelsOf(connection: ModelConnection): Promise<ServedModel[]> {
    const known = this.#known.get(connection.revision) ?? this.#begin(connection.revision);
    const age = this.#now() - known.askedAt;
    if (!known.asking && age > (known.failed ? retryAfterMs : freshForMs)) {
      known.asking = this.#refresh(connection, known).finally(() => (known.asking = undefined));
    }
    const neverAsked = known.askedAt === -Infinity;
    if (neverAsked) await known.asking;
    return this.#now() - known.answeredAt < keptForMs ? known.models : [];
  }

  async #refresh(connection: ModelConnection, known: Known): Promise<void> {
    try {
      known.models = await this.#ask(connection, AbortSignal.timeout(listTimeoutMs));
      known.answeredAt = this.#now();
      known.failed = false;
    } catch (error) {
      this.#log.debug({ err: error, connection: connection.id }, 'a model server did not list its models');
      known.failed = true;
    }
    known.askedAt = this.#now();
  }

  #begin(revision: string): Known {
    const known = { models: [], answeredAt: -Infinity, askedAt: -Infinity, failed: false, asking: undefined };
    this.#known.set(revision, known);
    return known;
  }

  #forgetAllBut(revisions: Set<string>): void {
    for (const revision of this.#known.keys()) if (!revisions.has(revision)) this.#known.delete(revision);
  }
}
