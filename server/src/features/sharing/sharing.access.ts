import { notFound } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../../platform/policy.ts';
import type { AudienceQueries } from './sharing.audience.queries.ts';
import { sharingPolicy } from './sharing.policy.ts';
import type { SharingQueries, ViewedLink } from './sharing.queries.ts';
import { effectiveState, type Viewer } from './sharing.state.ts';

/** Who may read a link now: loads what `effectiveState` needs, and asks it. */
export class LinkAccess {
  #platform: Platform;
  #queries: SharingQueries;
  #audiences: AudienceQueries;
  constructor(platform: Platform, queries: SharingQueries, audiences: AudienceQueries) {
    this.#platform = platform;
    this.#queries = queries;
    this.#audiences = audiences;
  }

  /** The link this person may read; for whichever reason not, it is simply not there. */
  async require(viewer: Actor, id: string): Promise<ViewedLink> {
    const link = await this.#queries.forViewer(id, viewer.id);
    if (!link || !this.#mayRead(link, { ...viewer, active: true }, link.named)) throw notFound();
    return link;
  }

  /** Those of the people who may read the link at this moment. */
  async readersAmong(id: string, userIds: string[]): Promise<Set<string>> {
    const link = await this.#queries.forViewer(id, '');
    const viewers = link ? await this.#audiences.viewers(id, userIds) : [];
    const readers = viewers.filter((viewer) => this.#mayRead(link!, viewer, viewer.named));
    return new Set(readers.map((viewer) => viewer.id));
  }

  #mayRead(link: ViewedLink, viewer: Viewer, named: boolean): boolean {
    const owner = { role: link.ownerRole, active: link.ownerActive };
    const context = { owner, named, policy: sharingPolicy };
    return effectiveState(link, viewer, this.#platform.now(), context).readable;
  }
}
