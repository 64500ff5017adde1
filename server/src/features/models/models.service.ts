import { demoModelId, type Model } from '#shared/models';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import type { ModelConnection } from './connections.contract.ts';
import type { ConnectionService } from './connections.service.ts';
import { listTimeoutMs, ModelCatalog } from './modelCatalog.ts';
import { remoteModel, fetchModels } from './modelClient.ts';
import type { ChatModel, ModelTuning } from './models.contract.ts';
import { demoModel, demoTokensPerSecond } from './demoModel.ts';
import { measured } from './measuredModel.ts';
import { defaultTimeouts, listTimeouts } from './modelFetch.ts';

export type { ModelEvent, ChatModel, Prompt, PromptMessage } from './models.contract.ts';

interface CatalogEntry extends Model {
  /** Null for the demo model. */
  source: { connection: ModelConnection; servedId: string } | null;
}

const demoEntry: CatalogEntry = {
  id: demoModelId,
  name: 'Demo model (not an AI)',
  connection: 'Parley',
  source: null,
};

/** Models of these kinds cannot chat, so they are never the default. */
const notForChat =
  /embed|rerank|whisper|transcribe|\btts\b|dall-e|image|moderation|realtime|audio|sora|davinci|babbage/i;

interface Parts {
  connections: ConnectionService;
  settings: SettingsService;
  tuning?: ModelTuning;
}

/** The models of all connections together. */
export class ModelService {
  #platform: Platform;
  #parts: Parts;
  #catalog: ModelCatalog;

  constructor(platform: Platform, parts: Parts) {
    this.#platform = platform;
    this.#parts = parts;
    const { env, log } = platform;
    const options = { timeouts: listTimeouts(listTimeoutMs), version: env.version, log };
    this.#catalog = new ModelCatalog({
      fetchModels: (connection, deadline) => fetchModels(connection, options, deadline),
      now: platform.now,
      log,
    });
  }

  /** Returns all models, and the one that a new chat uses. */
  async list(): Promise<{ items: Model[]; defaultModel: string | null }> {
    const entries = await this.#entries();
    return {
      items: entries.map(({ id, name, connection }) => ({ id, name, connection })),
      defaultModel: defaultOf(entries)?.id ?? null,
    };
  }

  /**
   * Returns the id to use: the requested one, otherwise the remembered one, otherwise the default. Throws `refused` if
   * the requested model does not exist. The default replaces a remembered model that no longer exists.
   */
  async require(requested: string | null | undefined, remembered: string | null = null): Promise<string> {
    const entries = await this.#entries();
    const exists = (id: string) => entries.some((entry) => entry.id === id);
    if (requested != null) {
      if (exists(requested)) return requested;
      throw unknownModel();
    }
    if (remembered !== null && exists(remembered)) return remembered;
    const fallback = defaultOf(entries);
    if (!fallback) {
      throw refused(
        'No model is available. Ask an admin to connect one, or to check the connection.',
        'no_model',
      );
    }
    return fallback.id;
  }

  /** Returns a model to stream answers from. Throws `refused` if it is not available. */
  async open(id: string): Promise<ChatModel> {
    const entry = (await this.#entries()).find((candidate) => candidate.id === id);
    if (!entry) throw unknownModel();
    return measured(this.#modelOf(entry), this.#platform.metrics);
  }

  #modelOf({ source }: CatalogEntry): ChatModel {
    const { tuning } = this.#parts;
    if (!source) return demoModel(tuning?.demoTokensPerSecond ?? demoTokensPerSecond);
    return remoteModel(source.connection, source.servedId, {
      timeouts: { ...defaultTimeouts, ...tuning?.timeouts },
      version: this.#platform.env.version,
      log: this.#platform.log,
    });
  }

  async #entries(): Promise<CatalogEntry[]> {
    const connections = (await this.#parts.connections.all()).filter(({ enabled }) => enabled);
    const served = await this.#catalog.list(connections);
    const entries: CatalogEntry[] = [];
    const usedIds = new Set<string>([demoModelId]);
    for (const [i, connection] of connections.entries()) {
      for (const { id: servedId, name } of served[i] ?? []) {
        const id = [servedId, `${connection.name}/${servedId}`, `${connection.id}/${servedId}`].find(
          (candidate) => !usedIds.has(candidate),
        );
        if (id === undefined) continue;
        usedIds.add(id);
        entries.push({ id, name, connection: connection.name, source: { connection, servedId } });
      }
    }
    const { demoModel: demoEnabled } = await this.#parts.settings.current();
    return connections.length === 0 || demoEnabled ? [...entries, demoEntry] : entries;
  }
}

const defaultOf = (entries: CatalogEntry[]): CatalogEntry | undefined =>
  entries.find(({ id }) => !notForChat.test(id)) ?? entries[0];

const unknownModel = () => refused('This model is not available. Choose another one.', 'unknown_model');
