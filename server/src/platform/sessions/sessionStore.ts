import { createHash } from 'node:crypto';
import { and, desc, eq, gt, inArray, isNull, lte, ne, or, sql, type SQL } from 'drizzle-orm';
import session, { type SessionData } from 'express-session';
import { preparedQuery } from '../db/preparedQuery.ts';
import type { Store as Database } from '../db/store.ts';

/** Milliseconds by which an expiry must move before it is written. Otherwise every request would write. */
const touchIntervalMs = 5 * 60_000;
/** Milliseconds between two searches for expired sessions: their sockets remain open this much longer at most. */
const expiryCheckMs = 10_000;
/** A session ends this long after it started, even if it is in use. */
const absoluteLifetimeMs = 180 * 24 * 60 * 60_000;
/** Milliseconds for which the row of an ended session is kept at least: no request lasts longer. */
const longestRequestMs = 60 * 60_000;
/** Sessions of one person: more than anyone has devices, few enough to read as a list. */
const sessionsPerUser = 50;

/** Why a session ended. After `session_renewed` the browser has a new session, and its tabs reconnect. */
export type EndReason = 'signed_out' | 'session_renewed';

/** Where a session is used from. */
export interface Device {
  userAgent: string;
  address: string;
}

declare module 'express-session' {
  interface SessionData {
    /** Written when the session starts and when it is used from another address or browser version. */
    device?: Device;
  }
}

export type LiveSession = Awaited<ReturnType<SessionStore['listOf']>>[number];

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
 * was in flight cannot write the session back. Emits `ended` with the session's hash and an `EndReason` whenever a
 * session ends.
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
    this.#timer = setInterval(() => void this.prune().catch(() => undefined), expiryCheckMs).unref();
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
    const changed = {
      data: JSON.stringify(data),
      userId: userOf(data),
      expiresAt: this.#expiryOf(data),
      lastSeenAt: now,
      ...data.device,
    };
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

  /** Returns the live sessions of the user, last used first. */
  async listOf(userId: string) {
    const { sessions } = this.#database.t;
    const lastSeenAt = sql<number>`coalesce(${sessions.lastSeenAt}, ${sessions.createdAt})`.mapWith(Number);
    return this.#database.db
      .select({
        sidHash: sessions.sidHash,
        userId: sql<string>`${sessions.userId}`,
        userAgent: sessions.userAgent,
        address: sessions.address,
        createdAt: sessions.createdAt,
        lastSeenAt,
      })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), this.#isLive()))
      .orderBy(desc(lastSeenAt), desc(sessions.createdAt), sessions.sidHash);
  }

  /** Returns the addresses from which sessions of this email were used, including ended ones that are still stored. */
  async addressesOf(email: string): Promise<string[]> {
    const { sessions, users } = this.#database.t;
    const rows = await this.#database.db
      .selectDistinct({ address: sessions.address })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(eq(users.email, email));
    return rows.flatMap(({ address }) => address ?? []);
  }

  async revoke(sidHash: string, reason: EndReason = 'signed_out'): Promise<void> {
    await this.#end(eq(this.#database.t.sessions.sidHash, sidHash), reason);
  }

  /** Ends all sessions of the user, except the given one. Returns how many. */
  async revokeUser(userId: string, exceptSidHash?: string): Promise<number> {
    const { sessions } = this.#database.t;
    const others = exceptSidHash === undefined ? undefined : ne(sessions.sidHash, exceptSidHash);
    return this.#end(and(eq(sessions.userId, userId), others));
  }

  /** Ends the sessions of the user that were not used for the longest time, if there are too many. */
  async endSurplus(userId: string): Promise<void> {
    const surplus = (await this.listOf(userId)).slice(sessionsPerUser).map(({ sidHash }) => sidHash);
    if (surplus.length > 0) await this.#end(inArray(this.#database.t.sessions.sidHash, surplus));
  }

  /** Ends expired sessions, and removes them when no request that began before their end can still be running. */
  async prune(): Promise<void> {
    const { sessions } = this.#database.t;
    const now = Date.now();
    const isExpired = or(lte(sessions.expiresAt, now), lte(sessions.createdAt, now - absoluteLifetimeMs));
    const justExpired = await this.#database.db
      .select({ sidHash: sessions.sidHash })
      .from(sessions)
      .where(and(isExpired, isNull(sessions.revokedAt)));
    // Announced before the write, so that a full disk does not keep their sockets open.
    for (const { sidHash } of justExpired) this.#announceEnd(sidHash, 'signed_out');
    if (justExpired.length > 0) {
      await this.#database.db
        .update(sessions)
        .set({ revokedAt: now, data: '{}' })
        .where(and(isExpired, isNull(sessions.revokedAt)));
    }
    const isRemovable = and(isExpired, lte(sessions.revokedAt, now - longestRequestMs));
    if ((await this.#database.db.$count(sessions, isRemovable)) > 0)
      await this.#database.db.delete(sessions).where(isRemovable);
  }

  async #end(condition: SQL | undefined, reason: EndReason = 'signed_out'): Promise<number> {
    const { sessions } = this.#database.t;
    const ended = await this.#database.db
      .update(sessions)
      .set({ revokedAt: Date.now(), data: '{}' })
      .where(and(condition, isNull(sessions.revokedAt)))
      .returning({ sidHash: sessions.sidHash });
    for (const { sidHash } of ended) this.#announceEnd(sidHash, reason);
    return ended.length;
  }

  #announceEnd(sidHash: string, reason: EndReason): void {
    this.emit('ended', sidHash, reason);
  }

  #isLive(): SQL | undefined {
    const { sessions } = this.#database.t;
    const now = Date.now();
    return and(
      gt(sessions.expiresAt, now),
      gt(sessions.createdAt, now - absoluteLifetimeMs),
      isNull(sessions.revokedAt),
    );
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
    if (due.length > 0)
      await this.#database.db.update(sessions).set({ expiresAt, lastSeenAt: Date.now() }).where(isDue);
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
