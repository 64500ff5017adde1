import { demoModelId, type Model } from '#shared/models';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SettingsService } from '../settings/settings.service.ts';
import type { ModelConnection } from './connections.contract.ts';
import type { ConnectionService } from './connections.service.ts';
import { listTimeoutMs, ModelCatalog } from './modelCatalog.ts';
import { remoteModel, fetchModels } from './modelClient.ts';
import type { ChatModel } from './models.contract.ts';
import { demoModel, demoTokensPerSecond } from './demoModel.ts';
import { defaultTimeouts, type Timeouts } from './modelFetch.ts';

export type { ModelEvent, ChatModel, Prompt, PromptMessage } from './models.contract.ts';

/** For tests: how fast the demo model speaks, and how long model servers are waited for. */
export interface ModelTuning {
  demoTokensPerSecond?: number;
  timeouts?: Partial<Timeouts>;
}

interface Entry extends Model {
  /** Null for the demo model. */
  source: { connection: ModelConnection; servedId: string } | null;
}

const demo: Entry = {
  id: demoModelId,
  name: 'Demo model (no AI)',
  connection: 'Parley',
  source: null,
};

/** Served beside chat models by some, and of no use in a chat: never the default. */
const notForChat =
  /embed|rerank|whisper|transcribe|\btts\b|dall-e|image|moderation|realtime|audio|sora|davinci|babbage/i;

/** The models people can choose from, of all connections together. */
export class ModelService {
  #platform: Platform;
  #connections: ConnectionService;
  #settings: SettingsService;
  #tuning: { demoTokensPerSecond: number; patience: Timeouts };
  #catalogue: ModelCatalog;

  constructor(
    platform: Platform,
    parts: { connections: ConnectionService; settings: SettingsService; tuning?: ModelTuning },
  ) {
    this.#platform = platform;
    this.#connections = parts.connections;
    this.#settings = parts.settings;
    this.#tuning = {
      demoTokensPerSecond: parts.tuning?.demoTokensPerSecond ?? demoTokensPerSecond,
      patience: { ...defaultTimeouts, ...parts.tuning?.timeouts },
    };
    const inTime = { connectMs: listTimeoutMs, firstByteMs: listTimeoutMs, idleMs: listTimeoutMs };
    this.#catalogue = new ModelCatalog({
      ask: (connection, signal) => fetchModels(connection, inTime, platform.env.version, signal),
      now: platform.now,
      log: platform.log,
    });
  }

  /** Everything there is to choose from, and what a new chat uses. */
  async list(): Promise<{ items: Model[]; defaultModel: string | null }> {
    const entries = await this.#entries();
    return {
      items: entries.map(({ id, name, connection }) => ({ id, name, connection })),
      defaultModel: defaultOf(entries)?.id ?? null,
    };
  }

  /**
   * The id to use: the one asked for, else the one remembered, else the default. A model asked for that is not there
   * is refused; one that was only remembered may have gone since, and the default takes its place.
   */
  async require(asked: string | null | undefined, remembered: string | null = null): Promise<string> {
    const entries = await this.#entries();
    const has = (id: string) => entries.some((entry) => entry.id === id);
    if (asked != null) {
      if (has(asked)) return asked;
      throw unknownModel();
    }
    if (remembered !== null && has(remembered)) return remembered;
    const fallback = defaultOf(entries);
    if (!fallback) {
      throw refused(
        'There is no model to answer. Ask an admin to connect one, or to check the connection.',
        'no_model',
      );
    }
    return fallback.id;
  }

  /** Something to stream answers from. Throws `refused` when the model is not there (any more). */
  async open(id: string): Promise<ChatModel> {
    const entry = (await this.#entries()).find((each) => each.id === id);
    if (!entry) throw unknownModel();
    if (!entry.source) return demoModel(this.#tuning.demoTokensPerSecond);
    const { connection, servedId } = entry.source;
    return remoteModel(connection, servedId, this.#tuning.patience, this.#platform.env.version);
  }

  async #entries(): Promise<Entry[]> {
    const connections = (await this.#connections.all()).filter(({ enabled }) => enabled);
    const served = await this.#catalogue.of(connections);
    const entries: Entry[] = [];
    const taken = new Set<string>([demoModelId]);
    for (const [i, connection] of connections.entries()) {
      for (const { id: servedId, name } of served[i] ?? []) {
        const id = [servedId, `${connection.name}/${servedId}`, `${connection.id}/${servedId}`].find(
          (candidate) => !taken.has(candidate),
        );
        if (id === undefined) continue;
        taken.add(id);
        entries.push({ id, name, connection: connection.name, source: { connection, servedId } });
      }
    }
    const { demoModel: demoIsShown } = await this.#settings.current();
    return connections.length === 0 || demoIsShown ? [...entries, demo] : entries;
  }
}

const defaultOf = (entries: Entry[]): Entry | undefined =>
  entries.find(({ id }) => !notForChat.test(id)) ?? entries[0];

const unknownModel = () =>
  refused('This model is not available (any more). Choose another one.', 'unknown_model');
