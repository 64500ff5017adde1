import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import { cursorKey, decodeCursor, encodeCursor, page, startOfLongKey } from '../../platform/db/cursor.ts';
import { foldText } from '../../platform/db/searchText.ts';
import { invalid } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { LinkRow, SharingQueries } from './sharing.queries.ts';

export interface LinkList {
  ownerId: string;
  query?: string;
  sort: 'updatedAt' | 'title';
  order: 'asc' | 'desc';
  cursor?: string;
  limit: number;
}

/** Sorts after every other character. */
const lastCharacter = '\u{10ffff}';

/** Lists live links of one owner, in pages that neither skip nor repeat a row that does not change between them. */
export class LinkListQueries {
  #platform: Platform;
  #links: SharingQueries;
  constructor(platform: Platform, links: SharingQueries) {
    this.#platform = platform;
    this.#links = links;
  }

  async list(options: LinkList) {
    const { sharedLinks } = this.#platform.store.t;
    const { sort, order, limit } = options;
    const key = sort === 'title' ? sharedLinks.titleKey : sharedLinks.updatedAt;
    const direction = order === 'asc' ? asc : desc;
    const rows = await this.#links
      .links()
      .where(and(this.#matching(options), await this.#after(options)))
      .orderBy(direction(key), direction(sharedLinks.id))
      .limit(limit + 1);
    return page(
      rows,
      limit,
      (row) => row,
      (row: LinkRow) =>
        encodeCursor(sort, order, sort === 'title' ? cursorKey(row.titleKey) : row.updatedAt, row.id),
    );
  }

  /** Returns the number of links on all pages. */
  async count(options: Pick<LinkList, 'ownerId' | 'query'>): Promise<number> {
    return this.#platform.store.db.$count(this.#platform.store.t.sharedLinks, this.#matching(options));
  }

  #matching({ ownerId, query }: Pick<LinkList, 'ownerId' | 'query'>) {
    const { sharedLinks } = this.#platform.store.t;
    const needle = foldText(query ?? '').trim();
    return and(
      eq(sharedLinks.ownerId, ownerId),
      isNull(sharedLinks.revokedAt),
      needle ? this.#platform.store.dialect.contains(sharedLinks.titleKey, needle) : undefined,
    );
  }

  async #after({ ownerId, sort, order, cursor }: LinkList) {
    if (cursor === undefined) return undefined;
    const { sharedLinks } = this.#platform.store.t;
    const byTitle = sort === 'title';
    const [cursorSort, cursorOrder, key, id] = decodeCursor(
      cursor,
      'string',
      'string',
      byTitle ? 'string' : 'number',
      'string',
    );
    if (cursorSort !== sort || cursorOrder !== order) {
      throw invalid('This cursor belongs to another sort order. Start again from the first page.');
    }
    const last = { ownerId, order, id: String(id) };
    const lastKey = typeof key === 'string' ? await this.#titleKeyOf(last, key) : key;
    const position = sql`(${byTitle ? sharedLinks.titleKey : sharedLinks.updatedAt}, ${sharedLinks.id})`;
    return order === 'asc' ? sql`${position} > (${lastKey}, ${id})` : sql`${position} < (${lastKey}, ${id})`;
  }

  /**
   * Returns the title key of the last link of the page before. A long one is read from the link. If the link is renamed
   * or deleted, the page starts where titles with the same start begin, so that it may repeat links but skips none.
   */
  async #titleKeyOf(last: { ownerId: string; order: 'asc' | 'desc'; id: string }, key: string) {
    const start = startOfLongKey(key);
    if (start === undefined) return key;
    const { sharedLinks } = this.#platform.store.t;
    const [row] = await this.#platform.store.db
      .select({ titleKey: sharedLinks.titleKey })
      .from(sharedLinks)
      .where(and(eq(sharedLinks.id, last.id), eq(sharedLinks.ownerId, last.ownerId)))
      .limit(1);
    if (row && cursorKey(row.titleKey) === key) return row.titleKey;
    return last.order === 'asc' ? start : start + lastCharacter;
  }
}
