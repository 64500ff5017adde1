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

/** What the environment fixes. It always wins, and the screen shows such a field as locked. */
const fixedBy = (env: Env): Partial<Settings> => ({
  ...(env.WEBUI_NAME !== undefined && { name: env.WEBUI_NAME }),
  ...(env.ENABLE_SIGNUP !== undefined && { signUp: env.ENABLE_SIGNUP ? 'open' : 'closed' }),
  ...(env.DEFAULT_USER_ROLE !== undefined && { defaultRole: env.DEFAULT_USER_ROLE }),
  ...(env.ENABLE_COMMUNITY_SHARING !== undefined && { communitySharing: env.ENABLE_COMMUNITY_SHARING }),
});

/** The instance's settings: defaults, then what admins stored, then what the environment fixes. */
export class SettingsService {
  #platform: Platform;
  #audit: AuditQueries;
  #fixed: Partial<Settings>;

  constructor(platform: Platform, audit: AuditQueries) {
    this.#platform = platform;
    this.#audit = audit;
    this.#fixed = fixedBy(platform.env);
  }

  async current(): Promise<Settings> {
    const { store } = this.#platform;
    const rows = await store.db
      .select({ key: store.t.settings.key, value: store.t.settings.value })
      .from(store.t.settings);
    const stored = Object.fromEntries(rows.map((row) => [row.key, row.value])) as Partial<Settings>;
    return { ...defaults, ...stored, ...this.#fixed };
  }

  async forAdmins(): Promise<AdminSettings> {
    return { ...(await this.current()), locked: Object.keys(this.#fixed) as (keyof Settings)[] };
  }

  /** Stores what differs from now; fields the environment fixes are left as they are. */
  async update(actor: Actor, wanted: Partial<Settings>): Promise<AdminSettings> {
    const { store, now, signals, realtime } = this.#platform;
    const before = await this.current();
    const changed = (Object.entries(wanted) as [keyof Settings, unknown][]).filter(
      ([key, value]) => value !== undefined && !(key in this.#fixed) && before[key] !== value,
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
    return this.forAdmins();
  }
}
