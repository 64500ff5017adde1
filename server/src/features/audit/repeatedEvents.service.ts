import type { Platform } from '../../platform/platform.ts';
import type { AuditEntry, AuditQueries } from './audit.queries.ts';

/** Milliseconds after which a first event is written. Not at once, so that no response takes longer because of it. */
const flushIntervalMs = 1_000;
/** Milliseconds during which repetitions of an event are counted instead of written one by one. */
const repeatWindowMs = 60_000;
/** Different events that are counted at once; those beyond are counted together, without who and where. */
const eventsMax = 1_000;

interface Counted {
  entry: AuditEntry;
  /** Occurrences that are not written yet. */
  count: number;
  writtenAt: number | null;
}

/** Events that a stranger can cause as often as they like: recorded in the audit log and in the log, counted per minute. */
export class RepeatedEvents {
  #platform: Platform;
  #audit: AuditQueries;
  #events = new Map<string, Counted>();
  #timer: NodeJS.Timeout;

  constructor(platform: Platform, audit: AuditQueries) {
    this.#platform = platform;
    this.#audit = audit;
    this.#timer = setInterval(() => void this.flush(), flushIntervalMs).unref();
  }

  /** Counts the event. Entries with the same `kind` by the same actor, address and target are repetitions. */
  record(entry: AuditEntry, kind: string = entry.action): void {
    const key = JSON.stringify([kind, entry.actorId, entry.targetId, entry.details?.address]);
    const known = this.#events.get(key);
    if (known) known.count++;
    else if (this.#events.size < eventsMax) this.#events.set(key, { entry, count: 1, writtenAt: null });
    else this.#countWithOthers(entry);
  }

  /** Writes what is due. A failed write is tried again with the next one. */
  async flush(): Promise<void> {
    const now = this.#platform.now();
    const isDue = ({ writtenAt }: Counted) => writtenAt === null || now - writtenAt >= repeatWindowMs;
    await this.#write(isDue);
    for (const [key, event] of this.#events) if (event.count === 0 && isDue(event)) this.#events.delete(key);
  }

  /** Writes everything. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write(() => true);
  }

  #countWithOthers({ action, targetType }: AuditEntry): void {
    const key = `others:${action}`;
    const others = this.#events.get(key);
    if (others) others.count++;
    else {
      const entry = { actorId: null, action, targetType, targetId: 'others' };
      this.#events.set(key, { entry, count: 1, writtenAt: null });
    }
  }

  async #write(isDue: (event: Counted) => boolean): Promise<void> {
    const { log, now } = this.#platform;
    const due = [...this.#events.values()].filter((event) => event.count > 0 && isDue(event));
    if (due.length === 0) return;
    const counts = due.map(({ count }) => count);
    const entries = due.map(({ entry, count }) => ({ ...entry, details: { ...entry.details, count } }));
    for (const event of due) event.count = 0;
    const writtenAt = due.map((event) => event.writtenAt);
    for (const event of due) event.writtenAt = now();
    try {
      await this.#audit.record(...entries);
      for (const { action, actorId, targetId, details } of entries)
        log.info({ action, actorId, targetId, ...details }, action);
    } catch (error) {
      log.warn({ err: error }, 'recording events failed');
      due.forEach((event, i) => {
        event.count += counts[i]!;
        event.writtenAt = writtenAt[i]!;
      });
    }
  }
}
