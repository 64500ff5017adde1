import type { AdminSettings, Settings } from '#shared/settings';
import type { Env } from '../../platform/env.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AuditQueries } from '../audit/audit.queries.ts';

const defaults: Settings = {
  name: 'Parley',
  signUp: 'open',
  defaultRole: 'pending',
  communitySharing: false,
  demoModel: false,
};

/** Settings from environment variables. They override all others, and the screen shows them as locked. */
const environmentSettings = (env: Env): Partial<Settings> => ({
  ...(env.WEBUI_NAME !== undefined && { name: env.WEBUI_NAME }),
  ...(env.ENABLE_SIGNUP !== undefined && { signUp: env.ENABLE_SIGNUP ? 'open' : 'closed' }),
  ...(env.DEFAULT_USER_ROLE !== undefined && { defaultRole: env.DEFAULT_USER_ROLE }),
  ...(env.ENABLE_COMMUNITY_SHARING !== undefined && { communitySharing: env.ENABLE_COMMUNITY_SHARING }),
});

/** The instance's settings: the defaults, then what admins stored, then environment variables. */
export class SettingsService {
  #platform: Platform;
  #audit: AuditQueries;
  #fromEnvironment: Partial<Settings>;

  constructor(platform: Platform, audit: AuditQueries) {
    this.#platform = platform;
    this.#audit = audit;
    this.#fromEnvironment = environmentSettings(platform.env);
  }

  async current(): Promise<Settings> {
    const { store } = this.#platform;
    const rows = await store.db
      .select({ key: store.t.settings.key, value: store.t.settings.value })
      .from(store.t.settings);
    const stored = Object.fromEntries(rows.map((row) => [row.key, row.value])) as Partial<Settings>;
    return { ...defaults, ...stored, ...this.#fromEnvironment };
  }

  /** Whether no account exists yet. The first sign-up stores the bootstrap row. */
  async isFirstRun(): Promise<boolean> {
    const { store } = this.#platform;
    return (await store.db.$count(store.t.bootstrap)) === 0;
  }

  /** Returns the settings with the names of those set by environment variables. */
  async adminSettings(): Promise<AdminSettings> {
    return { ...(await this.current()), locked: Object.keys(this.#fromEnvironment) as (keyof Settings)[] };
  }

  /** Stores the values that differ from the current ones; ignores those set by environment variables. */
  async update(actor: Actor, values: Partial<Settings>): Promise<AdminSettings> {
    const { store, now, signals, realtime } = this.#platform;
    const before = await this.current();
    const changed = (Object.entries(values) as [keyof Settings, unknown][]).filter(
      ([key, value]) => value !== undefined && !(key in this.#fromEnvironment) && before[key] !== value,
    );
    if (changed.length > 0) {
      await store.tx(async () => {
        for (const [key, value] of changed) {
          await store.db
            .insert(store.t.settings)
            .values({ key, value, updatedAt: now() })
            .onConflictDoUpdate({ target: store.t.settings.key, set: { value, updatedAt: now() } });
        }
        await this.#audit.record({
          actorId: actor.id,
          action: 'settings.changed',
          targetType: 'settings',
          targetId: 'instance',
          details: Object.fromEntries(changed),
        });
      });
      signals.emit('settings:changed', { keys: changed.map(([key]) => key) });
      realtime.sendToAll('config:changed', {});
    }
    return this.adminSettings();
  }
}
