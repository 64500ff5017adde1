import type { z } from 'zod';
import type { Audience, sharingEndpoints } from '#shared/sharing';
import { foldText } from '../../platform/db/searchText.ts';
import { refused } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AudienceQueries } from './audience.queries.ts';
import type { LinkRow, LinkValues } from './sharing.queries.ts';

/** What a snapshot includes can be requested only when publishing: changing an option never changes a snapshot. */
export type RequestedOptions = NonNullable<z.output<(typeof sharingEndpoints)['publishShare']['body']>>;
type CurrentOptions = Pick<
  LinkRow,
  'id' | 'title' | 'showAuthor' | 'includeReasoning' | 'audienceKind' | 'expiresAt'
>;
type OptionName = 'title' | 'showAuthor' | 'includeReasoning' | 'expiresAt' | 'audience';

/** The options of a link that change, with their new values. */
export interface OptionChanges {
  /** Columns that change; the others are not written, so that simultaneous changes do not undo each other. */
  values: LinkValues;
  /** The new people in the audience; undefined when it does not change. */
  userIds: string[] | undefined;
  changed: OptionName[];
}

/** Whether the shared page changes: it shows neither its audience nor its expiry. */
export const changesPage = (changed: OptionName[]): boolean =>
  changed.includes('title') || changed.includes('showAuthor');

const sameMembers = (a: string[], b: string[]) => a.length === b.length && a.every((id) => b.includes(id));

/** Resolves what an owner may set on a link: its title, whether it shows their name, its audience and its expiry. */
export class LinkOptionsResolver {
  #platform: Platform;
  #audiences: AudienceQueries;
  constructor(platform: Platform, audiences: AudienceQueries) {
    this.#platform = platform;
    this.#audiences = audiences;
  }

  /** Compares the requested options with the link's current ones. Throws `refused` for values that are not allowed. */
  async resolve(link: CurrentOptions, requested: RequestedOptions): Promise<OptionChanges> {
    const { title = link.title, showAuthor = link.showAuthor } = requested;
    const { includeReasoning = link.includeReasoning } = requested;
    const expiresAt = this.#requestedExpiry(link, requested);
    const userIds = requested.audience && (await this.#audienceChange(link, requested.audience));
    const values: LinkValues = {
      ...(title !== link.title && { title, titleKey: foldText(title) }),
      ...(showAuthor !== link.showAuthor && { showAuthor }),
      ...(includeReasoning !== link.includeReasoning && { includeReasoning }),
      ...(expiresAt !== link.expiresAt && { expiresAt, expiryRecordedAt: null }),
      ...(userIds && { audienceKind: requested.audience!.kind }),
    };
    const options = ['title', 'showAuthor', 'includeReasoning', 'expiresAt'] as const;
    const changed: OptionName[] = options.filter((name) => name in values);
    return { values, userIds, changed: userIds ? [...changed, 'audience'] : changed };
  }

  /** Returns the link's new expiry in epoch milliseconds; null: none. */
  #requestedExpiry(link: CurrentOptions, { expiresAt }: RequestedOptions): number | null {
    if (expiresAt === undefined) return link.expiresAt;
    if (expiresAt === null) return null;
    const time = Date.parse(expiresAt);
    if (time !== link.expiresAt && time <= this.#platform.now()) {
      throw refused('This time has passed. Choose a later one.', 'expiry_passed');
    }
    return time;
  }

  /** Returns the new people in the audience; undefined when it does not change. */
  async #audienceChange(link: CurrentOptions, audience: Audience): Promise<string[] | undefined> {
    const current = (await this.#audiences.ofRestricted([link.id])).get(link.id)?.userIds ?? [];
    const userIds = audience.kind === 'instance' ? [] : await this.#people(audience, current);
    return audience.kind === link.audienceKind && sameMembers(userIds, current) ? undefined : userIds;
  }

  /** Accepts deactivated people who are already in the audience, so that removing someone else does not fail. */
  async #people(audience: Extract<Audience, { kind: 'restricted' }>, current: string[]): Promise<string[]> {
    // Groups do not exist yet.
    if (audience.groupIds.length > 0) {
      throw refused('There are no groups to share with yet. Choose people instead.', 'no_groups');
    }
    const userIds = [...new Set(audience.userIds)];
    const added = userIds.filter((id) => !current.includes(id));
    if ((await this.#audiences.countActiveMembers(added)) !== added.length) {
      throw refused(
        'Some of these people cannot be given a link. Choose people from the list.',
        'unknown_people',
      );
    }
    return userIds;
  }
}
