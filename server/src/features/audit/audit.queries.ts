import type { Platform } from '../../platform/platform.ts';

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
}
