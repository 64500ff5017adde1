import { createHash } from 'node:crypto';
import { and, eq, gt, isNull, lte, ne, or, sql, type SQL } from 'drizzle-orm';
import session, { type SessionData } from 'express-session';
import { preparedQuery } from '../db/preparedQuery.ts';
import type { Store as Database } from '../db/store.ts';

/** Milliseconds by which an expiry must move before it is written. Otherwise every request would write. */
const touchIntervalMs = 5 * 60_000;
const pruneIntervalMs = 15 * 60_000;
/** A session ends this long after it started, even if it is in use. */
const absoluteLifetimeMs = 180 * 24 * 60 * 60_000;

export const hashSessionId = (sid: string): string => createHash('sha256').update(sid).digest('base64url');

const userOf = (data: SessionData): string | null =>
  (data as SessionData & { passport?: { user?: string } }).passport?.user ?? null;

const liveSession = (database: Database) =>
  preparedQuery(database, (db) => {
    const { sessions } = database.t;
    return db
      .select({ data: sessions.data })
      .from(sessions)
      .where(
        and(
          eq(sessions.sidHash, sql.placeholder('sidHash')),
          gt(sessions.expiresAt, sql.placeholder('now')),
          gt(sessions.createdAt, sql.placeholder('oldest')),
          isNull(sessions.revokedAt),
        ),
      )
      .limit(1)
      .prepare('live_session');
  });

/**
 * Stores sessions in the application's database. Ending a session marks its row permanently, so that a request that
 * was in flight cannot write the session back. Emits `ended` with the session's hash whenever a session ends.
 */
export class SessionStore extends session.Store {
  #database: Database;
  #lifetimeMs: number;
  #liveSession: ReturnType<typeof liveSession>;
  #timer: NodeJS.Timeout;

  constructor(database: Database, lifetimeMs: number) {
    super();
    this.#database = database;
    this.#lifetimeMs = lifetimeMs;
    this.#liveSession = liveSession(database);
    this.#timer = setInterval(() => void this.prune().catch(() => undefined), pruneIntervalMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  override get(sid: string, done: (error: unknown, data?: SessionData | null) => void): void {
    this.#findLive(hashSessionId(sid)).then(
      (row) => done(null, row ? (JSON.parse(row.data) as SessionData) : null),
      done,
    );
  }

  override set(sid: string, data: SessionData, done?: (error?: unknown) => void): void {
    const { sessions } = this.#database.t;
    const now = Date.now();
    const changed = { data: JSON.stringify(data), userId: userOf(data), expiresAt: this.#expiryOf(data) };
    this.#database.db
      .insert(sessions)
      .values({ sidHash: hashSessionId(sid), createdAt: now, ...changed })
      .onConflictDoUpdate({ target: sessions.sidHash, set: changed, setWhere: isNull(sessions.revokedAt) })
      .then(
        () => done?.(),
        (error: unknown) => done?.(error),
      );
  }

  override destroy(sid: string, done?: (error?: unknown) => void): void {
    this.revoke(hashSessionId(sid)).then(
      () => done?.(),
      (error: unknown) => done?.(error),
    );
  }

  /** Called on every request. Writes only when the expiry has moved by `touchIntervalMs`. */
  override touch(sid: string, data: SessionData, done?: () => void): void {
    this.#extend(hashSessionId(sid), this.#expiryOf(data)).then(
      () => done?.(),
      // A request does not fail because its session's expiry could not be written.
      () => done?.(),
    );
  }

  async isLive(sidHash: string): Promise<boolean> {
    return (await this.#findLive(sidHash)) !== undefined;
  }

  async revoke(sidHash: string): Promise<void> {
    await this.#end(eq(this.#database.t.sessions.sidHash, sidHash));
  }

  /** Ends all sessions of the user, except the given one. */
  async revokeUser(userId: string, exceptSidHash?: string): Promise<void> {
    const { sessions } = this.#database.t;
    const others = exceptSidHash === undefined ? undefined : ne(sessions.sidHash, exceptSidHash);
    await this.#end(and(eq(sessions.userId, userId), others));
  }

  /** Removes expired sessions. */
  async prune(): Promise<void> {
    const { sessions } = this.#database.t;
    const now = Date.now();
    const pruned = await this.#database.db
      .delete(sessions)
      .where(or(lte(sessions.expiresAt, now), lte(sessions.createdAt, now - absoluteLifetimeMs)))
      .returning({ sidHash: sessions.sidHash });
    for (const { sidHash } of pruned) this.emit('ended', sidHash);
  }

  async #end(condition: SQL | undefined): Promise<void> {
    const { sessions } = this.#database.t;
    const ended = await this.#database.db
      .update(sessions)
      .set({ revokedAt: Date.now(), data: '{}' })
      .where(and(condition, isNull(sessions.revokedAt)))
      .returning({ sidHash: sessions.sidHash });
    for (const { sidHash } of ended) this.emit('ended', sidHash);
  }

  async #extend(sidHash: string, expiresAt: number): Promise<void> {
    const { sessions } = this.#database.t;
    const isDue = and(
      eq(sessions.sidHash, sidHash),
      isNull(sessions.revokedAt),
      lte(sessions.expiresAt, expiresAt - touchIntervalMs),
    );
    // Even an update that changes nothing waits for other writers, so reads ask first.
    const due = await this.#database.db.select({ sidHash: sessions.sidHash }).from(sessions).where(isDue);
    if (due.length > 0) await this.#database.db.update(sessions).set({ expiresAt }).where(isDue);
  }

  async #findLive(sidHash: string) {
    const now = Date.now();
    const [row] = await this.#liveSession().execute({ sidHash, now, oldest: now - absoluteLifetimeMs });
    return row;
  }

  #expiryOf(data: SessionData): number {
    return data.cookie.expires ? new Date(data.cookie.expires).getTime() : Date.now() + this.#lifetimeMs;
  }
}
