import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Audience } from '#shared/sharing';
import type { Platform } from '../../platform/platform.ts';

type Restricted = Extract<Audience, { kind: 'restricted' }>;

/** The people whom links name, and how they stand. */
export class AudienceQueries {
  #platform: Platform;
  constructor(platform: Platform) {
    this.#platform = platform;
  }
  get #db() {
    return this.#platform.store.db;
  }
  get #t() {
    return this.#platform.store.t;
  }

  /** Who may open each of the links; links that everyone may open are not among them. */
  async of(linkIds: string[]): Promise<Map<string, Restricted>> {
    const { sharedLinkAudience } = this.#t;
    const audiences = new Map<string, Restricted>(
      linkIds.map((id) => [id, { kind: 'restricted', userIds: [], groupIds: [] }]),
    );
    if (linkIds.length === 0) return audiences;
    const rows = await this.#db
      .select()
      .from(sharedLinkAudience)
      .where(inArray(sharedLinkAudience.linkId, linkIds))
      .orderBy(sharedLinkAudience.principalId);
    for (const { linkId, kind, principalId } of rows) {
      audiences.get(linkId)?.[kind === 'user' ? 'userIds' : 'groupIds'].push(principalId);
    }
    return audiences;
  }

  /** Replaces whoever was named. */
  async set(linkId: string, userIds: string[]): Promise<void> {
    const { sharedLinkAudience } = this.#t;
    await this.#db.delete(sharedLinkAudience).where(eq(sharedLinkAudience.linkId, linkId));
    if (userIds.length === 0) return;
    const rows = userIds.map((principalId) => ({ linkId, kind: 'user' as const, principalId }));
    await this.#db.insert(sharedLinkAudience).values(rows);
  }

  /** How many of these are people a link can be given to. */
  async countMembers(userIds: string[]): Promise<number> {
    const { users } = this.#t;
    if (userIds.length === 0) return 0;
    return this.#db.$count(
      users,
      and(inArray(users.id, userIds), eq(users.active, true), ne(users.role, 'pending')),
    );
  }

  /** How each of these people stands now, and whether the link's audience names them. */
  async viewers(linkId: string, userIds: string[]) {
    const { users } = this.#t;
    // Written out, because Drizzle leaves the table's name off columns of a query over one table.
    const named = sql<boolean>`exists (select 1 from shared_link_audience a where a.link_id = ${linkId} and a.kind = 'user' and a.principal_id = users.id)`;
    return this.#db
      .select({ id: users.id, role: users.role, active: users.active, named: named.mapWith(Boolean) })
      .from(users)
      .where(inArray(users.id, userIds));
  }
}
