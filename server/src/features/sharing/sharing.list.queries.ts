import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import { decodeCursor, encodeCursor, page } from '../../platform/db/cursor.ts';
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

/** One's own live links, in pages that neither skip nor repeat a row that did not change meanwhile. */
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
    const inOrder = order === 'asc' ? asc : desc;
    const rows = await this.#links
      .links()
      .where(and(this.#wanted(options), this.#after(options)))
      .orderBy(inOrder(key), inOrder(sharedLinks.id))
      .limit(limit + 1);
    return page(
      rows,
      limit,
      (row) => row,
      (row: LinkRow) => encodeCursor(sort, order, sort === 'title' ? row.titleKey : row.updatedAt, row.id),
    );
  }

  /** How many links all pages of the list hold together. */
  async count(options: Pick<LinkList, 'ownerId' | 'query'>): Promise<number> {
    return this.#platform.store.db.$count(this.#platform.store.t.sharedLinks, this.#wanted(options));
  }

  #wanted({ ownerId, query }: Pick<LinkList, 'ownerId' | 'query'>) {
    const { sharedLinks } = this.#platform.store.t;
    const needle = foldText(query ?? '').trim();
    return and(
      eq(sharedLinks.ownerId, ownerId),
      isNull(sharedLinks.revokedAt),
      needle ? this.#platform.store.dialect.contains(sharedLinks.titleKey, needle) : undefined,
    );
  }

  #after({ sort, order, cursor }: LinkList) {
    if (cursor === undefined) return undefined;
    const { sharedLinks } = this.#platform.store.t;
    const byTitle = sort === 'title';
    const [ofSort, ofOrder, key, id] = decodeCursor(
      cursor,
      'string',
      'string',
      byTitle ? 'string' : 'number',
      'string',
    );
    if (ofSort !== sort || ofOrder !== order) {
      throw invalid('This cursor belongs to another order. Start again from the first page.');
    }
    const place = sql`(${byTitle ? sharedLinks.titleKey : sharedLinks.updatedAt}, ${sharedLinks.id})`;
    return order === 'asc' ? sql`${place} > (${key}, ${id})` : sql`${place} < (${key}, ${id})`;
  }
}
