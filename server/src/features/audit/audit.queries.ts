import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';

/** Entries per insert statement: SQLite accepts 32,766 values in one. */
const insertRows = 1_000;

export interface AuditEntry {
  /** Null for actions of the server itself. */
  actorId: string | null;
  /** What happened, as `noun.verb` in the past tense: `shared_link.revoked`. */
  action: string;
  targetType: 'user' | 'chat' | 'shared_link' | 'settings' | 'connection' | 'instance';
  targetId: string;
  /** Metadata only: never a title, a message or a secret. */
  details?: Record<string, unknown>;
}

/** Writes the audit log. Call it inside the transaction of the change, so that neither exists without the other. */
export class AuditQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async record(...entries: AuditEntry[]): Promise<void> {
    const { store, now } = this.#platform;
    if (entries.length === 0) return;
    await store.db
      .insert(store.t.auditLog)
      .values(entries.map((entry) => ({ ...entry, details: entry.details ?? {}, at: now() })));
  }

  /**
   * Records one action on each of the targets. The noun of `noun.verb` is the type of the targets; the actor is null
   * for actions of the server itself.
   */
  async recordAction(
    actor: Actor | null,
    action: `${AuditEntry['targetType']}.${string}`,
    targetIds: string[],
    details: AuditEntry['details'] = {},
  ): Promise<void> {
    const targetType = action.slice(0, action.indexOf('.')) as AuditEntry['targetType'];
    for (let i = 0; i < targetIds.length; i += insertRows) {
      const batch = targetIds.slice(i, i + insertRows);
      await this.record(
        ...batch.map((targetId) => ({ actorId: actor?.id ?? null, action, targetType, targetId, details })),
      );
    }
  }
}
